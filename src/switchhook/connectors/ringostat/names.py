"""What the parameters of a webhook are called.

The vendor's cabinet lets the customer name every parameter. A name is understood in this order: the connection's own
name map, the vendor's variable (the "2.0" name, which `calls/list` uses too), a known alias. Case, braces and
punctuation do not matter: `{{Call-ID}}`, `callId` and `call_id` are one name.
"""

import re
from collections.abc import Iterable, Mapping

ALIASES: dict[str, tuple[str, ...]] = {
    "uniqueid": ("call_id", "cdr_id", "unique_id", "record", "uuid"),
    "calldate": ("date", "call_date", "call_start", "start_time"),
    "calldate_timestamp_micros": ("call_timestamp", "call_date_microsecond", "timestamp"),
    "call_type": ("type", "direction"),
    "caller": ("callerId", "callers_number", "from", "src"),
    "caller_number": (),
    "E164": ("number_e164", "client_number", "client_phone", "phone", "phone_number"),
    "userfield": (),
    "full_num": ("full_number",),
    "dst": ("callee", "destination", "to"),
    "n_alias": (),
    "connected_with": ("target_number",),
    "forward_location": ("forwarding_destination", "forward_destination"),
    "outbound_number": (),
    "extension_number": ("employee_extension", "employee_estension", "extension"),
    "additional_number": (),
    "disposition": ("status", "call_status"),
    "duration": ("call_duration", "duration_call"),
    "duration_ms": ("duration_call_ms",),
    "billsec": ("dialog", "duration_conversation"),
    "waittime": ("waiting", "duration_waiting", "wait_time"),
    "call_card": ("call_card_link",),
    "project_id": (),
    "has_recording": ("recording_presence",),
    "recording_wav": (),
    "recording": ("record_link", "recording_link", "recording_url"),
    "employee_fio": ("employee", "employee_name"),
    "employee_number": ("employee_id", "staffid", "staff_id"),
    "employee_email": ("manager_id",),
    "employee_mark": (),
    "category_number": (),
    "category_name": (),
    "category_mark": (),
    "department": (),
    "pool_name": (),
    "scheme_name": (),
    "call_counter": (),
    "proper_flag": (),
    "repeated_flag": (),
    "unique_call": (),
    "responsible_employees": (),
    "utm_source": (),
    "utm_medium": (),
    "utm_campaign": (),
    "utm_term": (),
    "utm_content": (),
    "source": (),
    "medium": (),
    "campaign": (),
    "keyword": (),
    "client_id": (),
    "remote_ip": (),
    "landing": (),
    "refferrer": ("referrer", "referer", "refferer"),
    "insertion_type": (),
    "form_id": (),
    "form_name": (),
    "dialogue_id": ("dialog_id", "chat_id"),
    "messenger": (),
    "messenger_client_id": (),
    "event": ("event_name", "event_type"),
    "test": ("is_test", "test_webhook"),
    # Call analysis: the vendor's variable names are not published, so the left side is the hub's own vocabulary.
    "summary": ("brief_summary", "resume", "ai_summary"),
    "customer_mood": ("client_mood", "mood_of_client"),
    "employee_mood": ("operator_mood", "manager_mood"),
    "overall_mood": ("general_mood", "mood"),
    "recommended_actions": ("recommendations", "recommended_action", "next_steps"),
    "dialogue_score": ("dialogue_quality_score", "dialog_quality_score", "dialog_score"),
    "dialogue_score_details": ("dialogue_quality_details", "dialog_quality_details", "dialog_score_details"),
    "overall_score": (),
    "overall_score_details": ("overall_explanation", "overall_details", "overall_score_explanation"),
    "opening_score": (),
    "opening_score_details": ("opening_explanation", "opening_details", "opening_score_explanation"),
    "needs_score": ("anamnesis_score",),
    "needs_score_details": (
        "needs_explanation", "needs_details", "needs_score_explanation", "anamnesis_explanation", "anamnesis_details",
    ),
    "presentation_score": (),
    "presentation_score_details": (
        "presentation_explanation", "presentation_details", "presentation_score_explanation",
    ),
    "closing_score": (),
    "closing_score_details": ("closing_explanation", "closing_details", "closing_score_explanation"),
    "filler_words": (),
    "profanity": ("obscene_language",),
    "what_went_well": ("went_well", "what_was_good"),
    "attention_score": ("needs_attention_score", "needs_attention", "attention"),
    "attention_score_details": ("needs_attention_details", "attention_details"),
    "transcript_vtt": ("vtt", "analysis_file", "transcript_link", "transcript"),
}  # fmt: skip

ANALYSIS = frozenset(list(ALIASES)[list(ALIASES).index("summary") :])
"""Names that only an analysed call has."""

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
UTM_STAND_INS = {"source": "utm_source", "medium": "utm_medium", "campaign": "utm_campaign", "keyword": "utm_term"}
"""The short names the vendor sends to some CRMs; they count where the utm variable itself is absent."""

WRAPPERS = frozenset(
    {"additional_call_data", "ai", "ai_analysis", "analysis", "call", "call_data", "call_details", "data", "payload"}
)
"""Objects around the parameters; their own name means nothing."""

_KEPT = re.compile(r"[^\W_]+")


def folded(name: str) -> str:
    """The name without case, braces and punctuation: how names are compared."""
    return "".join(_KEPT.findall(name)).casefold()


class Vocabulary:
    """Canonical names with their aliases, and the objects that only wrap.

    `targets` are the names that a connection's own map may point to, beside the canonical ones.
    """

    def __init__(
        self, aliases: Mapping[str, Iterable[str]], wrappers: Iterable[str] = WRAPPERS, *, targets: Iterable[str] = ()
    ) -> None:
        self.canonical = {folded(name): name for name in aliases}
        self.by_alias = {folded(alias): name for name, known in aliases.items() for alias in known}
        self.wrappers = frozenset(map(folded, wrappers))
        also = {folded(name): self.by_alias[folded(name)] for name in targets}
        self.targets = also | self.canonical


CALLS = Vocabulary(ALIASES)


class NameMap:
    """Turns the customer's parameter names into canonical ones.

    `names` is the connection's own map, their name to ours. An empty name on the right hides the parameter; one that
    is no variable of the vendor makes it a tag of that name.
    """

    def __init__(self, names: Mapping[str, str], vocabulary: Vocabulary = CALLS) -> None:
        self._own = {folded(theirs): ours for theirs, ours in names.items()}
        self._known = vocabulary

    def canonical(self, values: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
        """The values under canonical names; None says that the parameter came without a value.

        Of several parameters with one meaning the best named one that has a value counts: own map, variable, alias.
        """
        ranked = sorted(((*self._resolve(name, value), value) for name, value in values), key=lambda item: item[0])
        found: dict[str, str | None] = {}
        for _, name, value in ranked:
            if name and not found.get(name):
                found[name] = value
        return found

    def _resolve(self, name: str, value: str | None) -> tuple[int, str]:
        bare = self._unwrapped(name)
        for spelling in (folded(name), folded(bare)):
            if spelling in self._own:
                ours = self._own[spelling]
                return 0, self._known.targets.get(folded(ours), ours.strip())
        plain = folded(bare)
        if plain in self._known.canonical:
            return 1, self._known.canonical[plain]
        if plain == "record" and "recording" in self._known.canonical and (value or "").startswith("http"):
            return 2, "recording"
        if plain in self._known.by_alias:
            return 2, self._known.by_alias[plain]
        return 3, bare

    def _unwrapped(self, name: str) -> str:
        """A name without double braces and without the objects that only wrap: `{{call.type}}` is `type`."""
        parts = [part.strip() for part in name.replace("{{", "").replace("}}", "").strip().split(".")]
        while len(parts) > 1 and folded(parts[0]) in self._known.wrappers:
            parts.pop(0)
        return ".".join(parts)
