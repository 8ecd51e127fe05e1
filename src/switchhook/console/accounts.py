"""How accounts come to be: by invitation or by the command line, never by open sign-up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs himself up to a company's hub."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always False."""
        return False
