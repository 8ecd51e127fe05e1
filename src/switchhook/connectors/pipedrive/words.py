"""What a call record says, in the languages of the hub. Records written in one language are read in any."""

_TEXTS = {
    "call": ("Call", "Дзвінок", "Połączenie", "Звонок"),
    "client": ("Client", "Клієнт", "Klient", "Клиент"),
    "line": ("Line", "Лінія", "Linia", "Линия"),
    "talk": ("Talk", "Розмова", "Rozmowa", "Разговор"),
    "wait": ("Wait", "Очікування", "Oczekiwanie", "Ожидание"),
    "employee": ("Employee", "Співробітник", "Pracownik", "Сотрудник"),
    "in": ("incoming", "вхідний", "przychodzące", "входящий"),
    "out": ("outgoing", "вихідний", "wychodzące", "исходящий"),
    "internal": ("internal", "внутрішній", "wewnętrzne", "внутренний"),
    "answered": ("answered", "відповіли", "odebrane", "отвечен"),
    "missed": ("missed", "пропущений", "nieodebrane", "пропущен"),
    "failed": ("failed", "не відбувся", "nieudane", "не состоялся"),
    "active": ("under way", "триває", "w toku", "идёт"),
    "other": ("other", "інше", "inne", "другое"),
}
_ORDER = ("en", "uk", "pl", "ru")
_READ = {text: key for key, texts in _TEXTS.items() for text in texts}


def word(key: str, language: str) -> str:
    """The word for `key`; a key without one is its own word."""
    texts = _TEXTS.get(key)
    return texts[_ORDER.index(language)] if texts else key


def meant(text: str) -> str:
    """The key that `text` is the word for in any language, else the text."""
    return _READ.get(text, text)
