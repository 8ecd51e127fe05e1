"""Public holidays of countries, from a library that keeps them."""

from datetime import date

from switchhook.projects.models import Project
from switchhook.working_time.models import Holiday

LANGUAGES = {"en": "en_US", "uk": "uk", "pl": "pl", "ru": "ru"}


def known_countries() -> list[str]:
    """The countries (ISO 3166 alpha-2) whose public holidays the library keeps, sorted."""
    import holidays

    return sorted(code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2)


def public_holidays(country: str, year: int, language: str) -> list[tuple[date, str]]:
    """The public holidays of a country (ISO 3166 alpha-2) in a year: day and name, by day.

    Where the law has them worked on (Ukraine under martial law) they are given all the same. Names are in `language`
    as far as the library has it. Empty for a country that the library does not know.
    """
    import holidays

    try:
        found = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return []
    wanted = LANGUAGES.get(language, "en_US")
    spoken = wanted if wanted in found.supported_languages else None
    days = holidays.country_holidays(country, years=year, language=spoken)
    if not days and "workday" in found.supported_categories:
        days = holidays.country_holidays(country, years=year, language=spoken, categories=("workday",))
    return sorted((day, name[:120]) for day, name in days.items())


def take_over(project: Project, country: str, year: int, language: str) -> int:
    """Add the public holidays on which the project is not closed yet; returns how many. Idempotent."""
    closures = [holiday.closure for holiday in Holiday.objects.filter(project=project)]
    fresh = [
        Holiday(project=project, name=name, first=day, last=day)
        for day, name in public_holidays(country, year, language)
        if not any(closure.covers(day) for closure in closures)
    ]
    return len(Holiday.objects.bulk_create(fresh))
