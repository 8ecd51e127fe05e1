"""What the machine says about a conversation, and the transcript it worked from. The same for the same call id."""

import hashlib
from typing import Any

from .calls import Call

_TOPICS = (
    ("a dishwasher with delivery on Friday", "Send the offer by e-mail. Call back on Friday to confirm the delivery."),
    ("the price of a yearly service contract", "Prepare the contract draft. Agree on the date of the first visit."),
    ("a return of a faulty kettle", "Arrange the courier. Tell the client the date of the refund."),
    ("the opening hours and a test drive", "Book the test drive. Remind the client one day before."),
)
_MOODS = (("calm", "friendly", "positive"), ("worried at first, then calm", "patient", "neutral"))
_ASPECTS = (
    ("opening", "The employee introduced himself and the company."),
    ("needs", "Open questions were asked; the budget was not."),
    ("presentation", "The benefits were tied to what the client had said."),
    ("closing", "A next step with a date was agreed."),
)


def _draw(call: Call, what: str, choices: int) -> int:
    return int(hashlib.sha256(f"{what} {call.call_id}".encode()).hexdigest()[:8], 16) % choices


def analysis_of(call: Call) -> dict[str, Any]:
    """Summary, moods, scores with explanations, recommended actions. Scores are strings of 0 to 100."""
    topic, actions = _TOPICS[_draw(call, "topic", len(_TOPICS))]
    customer, employee, overall = _MOODS[_draw(call, "mood", len(_MOODS))]
    who = call.employee.name if call.employee else "The employee"
    scores = {name: 60 + _draw(call, name, 41) for name, _ in _ASPECTS}
    quality = round(sum(scores.values()) / len(scores))
    details: dict[str, Any] = {}
    for name, explanation in _ASPECTS:
        details[f"{name}_score"] = str(scores[name])
        details[f"{name}_explanation"] = explanation
    return {
        "Summary": f"The client asked about {topic}. {who} answered the questions and agreed on the next step.",
        "customer_mood": customer,
        "employee_mood": employee,
        "overall_mood": overall,
        "recommended_actions": actions,
        "dialogue_quality_score": str(quality),
        "dialogue_quality_details": "Polite, to the point; the budget was not asked for.",
        **details,
        "what_went_well": "The employee listened and did not interrupt.",
        "filler_words": "not found",
        "profanity": "not found",
        "needs_attention_score": str(100 - quality),
        "needs_attention_details": "No complaint was made.",
    }


def transcript_of(call: Call) -> str:
    """The conversation as WebVTT."""
    topic, _ = _TOPICS[_draw(call, "topic", len(_TOPICS))]
    lines = (
        ("00:00:00.000 --> 00:00:03.200", "<v Employee>Good afternoon, how can I help?"),
        ("00:00:03.400 --> 00:00:08.900", f"<v Client>Hello, I am calling about {topic}."),
        ("00:00:09.100 --> 00:00:14.000", "<v Employee>Gladly. Let me write down the details."),
    )
    return "WEBVTT\n\n" + "\n".join(f"{time}\n{text}\n" for time, text in lines)
