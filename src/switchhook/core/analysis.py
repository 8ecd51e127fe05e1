"""The comment that an AI analysis becomes: every part of it, in a fixed order, nothing dropped silently.

The known keys of `CallState.analysis` are those of `_FIRST` and `_LAST`; any other is the profile's own.
The AI's text stays in its own language, the labels are in the project's.
"""

from collections.abc import Callable, Mapping
from typing import Any

from switchhook.core.words import _

_FIRST = {
    "summary": _("Summary"),
    "customer_mood": _("Mood of the client"),
    "employee_mood": _("Mood of the operator"),
    "overall_mood": _("Overall mood"),
    "opening_score": _("Opening: score"),
    "opening_score_details": _("Opening: explanation"),
    "needs_score": _("Needs: score"),
    "needs_score_details": _("Needs: explanation"),
    "presentation_score": _("Presentation: score"),
    "presentation_score_details": _("Presentation: explanation"),
    "closing_score": _("Closing: score"),
    "closing_score_details": _("Closing: explanation"),
    "overall_score": _("Overall: score"),
    "overall_score_details": _("Overall: explanation"),
    "dialogue_score": _("Dialogue score"),
    "dialogue_score_details": _("Dialogue score: details"),
    "recommended_actions": _("Recommended actions"),
}
_LAST = {
    "what_went_well": _("What went well"),
    "attention_score": _("Needs attention: score"),
    "attention_score_details": _("Needs attention: details"),
}
_NEVER_WRITTEN = frozenset({"transcript_vtt"})
"""Links that carry the vendor's token stay in the hub."""


def analysis_text(analysis: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """The analysis as lines of plain text; "" where there is none.

    The profile's own parameters follow a label of their own, which says "none" where there are none.
    """
    said = {key: text for key, value in analysis.items() if key not in _NEVER_WRITTEN and (text := _spoken(value))}
    if not said:
        return ""
    own = [f"{key}: {text}" for key, text in said.items() if key not in _FIRST and key not in _LAST]
    lines = [f"{translate(label)}: {said[key]}" for key, label in _FIRST.items() if key in said]
    lines.append(f"{translate(_('Other parameters'))}: {'; '.join(own) or translate(_('none'))}")
    lines += [f"{translate(label)}: {said[key]}" for key, label in _LAST.items() if key in said]
    return "\n".join(lines)


def _spoken(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {text}" for key, item in value.items() if (text := _spoken(item)))
    if isinstance(value, list | tuple):
        return "; ".join(text for item in value if (text := _spoken(item)))
    return "" if value is None else str(value).strip()
