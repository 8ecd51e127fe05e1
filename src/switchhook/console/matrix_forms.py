"""Forms of the scenario editor: an action, a row's situations, how calls find their record."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from switchhook.console.matrix_words import CONDITIONS, LINKS, ROLES
from switchhook.console.wording import KINDS, MOMENTS
from switchhook.core.call import Direction, Moment
from switchhook.core.drafts import TITLE_LIMIT
from switchhook.core.matrix import MADE, ActionSpec, Condition, Do, Link, Matrix, Role, TaskState, When
from switchhook.core.matrix_shape import planned_moment, possible_moments
from switchhook.core.planned import PlanSettings
from switchhook.core.records import PARTIES, Capabilities, Kind
from switchhook.core.situation import AnsweredBy, Channel, Client, Outcome, Step

LONGEST_TEXT = 4000
_MOST_HOURS = 24 * 60
_NAMED_AFTER_SOURCE = frozenset({Do.CREATE_CONTACT, Do.CREATE_LEAD, Do.CREATE_DEAL})
_CONDITION_KINDS = {
    Condition.NO_CONTACT: {Kind.CONTACT},
    Condition.NO_COMPANY: {Kind.COMPANY},
    Condition.NO_OPEN_LEAD: {Kind.LEAD},
    Condition.NO_OPEN_DEAL: {Kind.DEAL},
    Condition.NO_OPEN_CARD: {Kind.LEAD, Kind.DEAL},
    Condition.NEVER_HAD_CARD: {Kind.LEAD, Kind.DEAL},
}


class ActionForm(forms.Form):
    """One action of a row. What it does is given; the rest is asked for as far as it matters there."""

    marks_optional = True

    who = forms.ChoiceField()
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            (TaskState.OPEN, _("open: somebody is to do something")),
            (TaskState.DONE, _("done: it documents the call, with the recording")),
        ],
    )
    due_hours = forms.DecimalField(
        label=_("Time until it is due, hours"), required=False, min_value=0, max_value=_MOST_HOURS, decimal_places=2
    )
    moment = forms.ChoiceField(label=_("When"))
    condition = forms.ChoiceField(label=_("Only if"))
    title = forms.CharField(required=False, max_length=500)
    text = forms.CharField(label=_("Text"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 4}))
    links = forms.MultipleChoiceField(
        label=_("Linked to"), required=False, widget=forms.CheckboxSelectMultiple, help_text=" "
    )
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=100,
        help_text=_("What the new record names as its source; left empty, the call's own source."),
    )
    enabled = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def __init__(
        self,
        spec: ActionSpec,
        when: When,
        settings: PlanSettings,
        capabilities: Capabilities,
        data: Any = None,
    ) -> None:
        self.spec, self.when, self.settings = spec, when, settings
        super().__init__(data, initial=self._initial())
        self._offer(capabilities)
        for name in set(self.fields) - set(_asked(spec.do, when)):
            del self.fields[name]
        if "title" in self.fields:
            self._describe_title(capabilities)

    def _initial(self) -> dict[str, Any]:
        spec = self.spec
        return {
            "who": spec.who,
            "state": spec.state,
            "due_hours": None if spec.due_minutes is None else f"{spec.due_minutes / 60:g}",
            "moment": planned_moment(self.when, spec).value,
            "condition": spec.condition,
            "title": self.settings.translate(spec.title) if spec.title else "",
            "text": self.settings.translate(spec.text) if spec.text else "",
            "links": [link.value for link in spec.links],
            "source": spec.source,
            "enabled": spec.enabled,
        }

    def _offer(self, capabilities: Capabilities) -> None:
        fields: Any = self.fields
        fields["who"].label = _who_label(self.spec.do)
        fields["who"].choices = [(role.value, ROLES[role]) for role in self._roles()]
        fields["moment"].choices = [(m.value, MOMENTS[m]) for m in possible_moments(self.when, self.spec.do)]
        fields["condition"].choices = [
            (one.value, CONDITIONS[one]) for one in Condition if self._may(one, capabilities)
        ]
        fields["links"].choices = [(link.value, LINKS[link]) for link in self._links(capabilities)]
        fields["links"].help_text = _links_help(self.spec.do)
        minutes = int(self.settings.task_due.total_seconds()) // 60
        fields["due_hours"].help_text = gettext("Left empty: %(n)s h, as the connection says.") % {
            "n": f"{minutes / 60:g}"
        }

    def _roles(self) -> list[Role]:
        nobody_answered = self.when.outcome == (Outcome.MISSED,) and self.when.direction == (Direction.IN,)
        stranger = self.when.client == (Client.NEW,) and self.when.channel is Channel.CALL
        vain = {Role.ANSWERER} if nobody_answered else set()
        vain |= {Role.RESPONSIBLE} if stranger else set()
        return [role for role in Role if role not in vain or role is self.spec.who]

    def _may(self, condition: Condition, capabilities: Capabilities) -> bool:
        kinds = _CONDITION_KINDS.get(condition, set())
        return not kinds or bool(kinds & capabilities.kinds) or condition is self.spec.condition

    def _links(self, capabilities: Capabilities) -> list[Link]:
        possible = {
            Do.TASK: capabilities.task_links,
            Do.LOG_CALL: capabilities.call_links,
            Do.UPDATE: capabilities.updatable & MADE,
        }.get(self.spec.do, capabilities.comment_links)
        general = {Do.UPDATE: [Link.TAKER]}.get(self.spec.do, [Link.MADE, Link.TAKER, Link.MAIN])
        named = [link for link in Link if link.value in {kind.value for kind in possible & capabilities.kinds}]
        return [*general, *(link for link in (*named, *self.spec.links) if link not in general)]

    def _describe_title(self, capabilities: Capabilities) -> None:
        kind, name = self.spec.do.kind, "subject" if self.spec.do is Do.TASK else "title"
        name = "name" if kind in PARTIES else name
        limit = capabilities.limits.get(f"{kind}.{name}", TITLE_LIMIT)
        title = self.fields["title"]
        title.label = _("Subject") if self.spec.do is Do.TASK else _("Name")
        title.help_text = ngettext(
            "Cut to %(n)s character in this CRM. Left empty: the default name.",
            "Cut to %(n)s characters in this CRM. Left empty: the default name.",
            limit,
        ) % {"n": limit}
        title.widget.attrs |= {"spellcheck": "false"}

    @property
    def first(self) -> list[Any]:
        """Who and until when, for the template."""
        return [self[name] for name in ("who", "state", "due_hours") if name in self.fields]

    @property
    def texts(self) -> list[Any]:
        """What is written."""
        return [self[name] for name in ("title", "text") if name in self.fields]

    @property
    def further(self) -> list[Any]:
        """When and on what condition."""
        return [self[name] for name in ("condition", "moment", "source") if name in self.fields]

    def edited(self) -> ActionSpec:
        """The action that a valid form stands for. A text that was not touched stays one that is translated."""
        values = self.cleaned_data
        spec = replace(self.spec, unstated=False, note="" if self.spec.unstated else self.spec.note)
        spec = replace(spec, **{name: kind(values[name]) for name, kind in _ENUMS.items() if name in values})
        if "title" in values:
            spec = replace(spec, title=self._template(self.spec.title, values["title"]))
        if "text" in values:
            spec = replace(spec, text=self._template(self.spec.text, values["text"]))
        if "due_hours" in values:
            hours, done = values["due_hours"], spec.state is TaskState.DONE
            spec = replace(spec, due_minutes=None if hours is None or done else int(hours * 60))
        if "links" in values:
            spec = replace(spec, links=tuple(Link(link) for link in values["links"]))
        if "moment" in values:
            spec = replace(spec, moment=self._moment(Moment(values["moment"])))
        return replace(spec, source=values.get("source", ""), enabled=values.get("enabled", True))

    def _moment(self, chosen: Moment) -> Moment | None:
        if chosen is planned_moment(self.when, self.spec):
            return self.spec.moment
        usual = planned_moment(self.when, replace(self.spec, moment=None))
        return None if chosen is usual else chosen

    def _template(self, held: str, said: str) -> str:
        text = said.replace("\r\n", "\n").strip()
        return held if held and text == self.settings.translate(held).strip() else text


_ENUMS: dict[str, Any] = {"who": Role, "state": TaskState, "condition": Condition}


def _asked(do: Do, when: When) -> list[str]:
    """The fields that matter for an action of this kind."""
    own = {
        Do.TASK: ["who", "state", "due_hours", "title", "text", "links"],
        Do.LOG_CALL: ["who", "links"],
        Do.COMMENT: ["text", "links"],
        Do.AI_COMMENT: ["links"],
        Do.UPDATE: ["links"],
    }.get(do, ["who", "title"])
    own += ["source"] if do in _NAMED_AFTER_SOURCE else []
    own += ["condition"] if do not in {Do.UPDATE, Do.AI_COMMENT} else []
    own += ["moment"] if len(possible_moments(when, do)) > 1 else []
    return [*own, "enabled"]


def _who_label(do: Do) -> Any:
    if do is Do.TASK:
        return _("For whom")
    return _("Whose call it is") if do is Do.LOG_CALL else _("Owner")


def _links_help(do: Do) -> Any:
    if do is Do.UPDATE:
        return _("The first of them that is there is changed. Nothing ticked: the record that takes the call.")
    if do in {Do.COMMENT, Do.AI_COMMENT}:
        return _("One comment for each. Nothing ticked: the lead or deal, else the contact.")
    return _("Nothing ticked: the record that takes the call, and everything made for the call.")


_ANY = ("", _("any"))


class SituationForm(forms.Form):
    """The situations that a row is for, and what it is called."""

    marks_optional = True

    about = forms.ChoiceField(
        label=_("What happens"),
        choices=[
            ("call", _("a call")),
            ("analysis", _("the analysis of a call is ready")),
            ("form", _("a form is sent on the site")),
            ("dialogue", _("a chat in a messenger")),
        ],
    )
    direction = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=[(Direction.IN.value, _("incoming")), (Direction.OUT.value, _("outgoing")), ("", _("both"))],
    )
    client = forms.ChoiceField(
        label=_("Client"),
        required=False,
        choices=[_ANY, (Client.NEW.value, _("new: no record has the number")), (Client.KNOWN.value, _("known"))],
    )
    outcome = forms.MultipleChoiceField(
        label=_("How far the call has come"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (Outcome.RINGING.value, _("the phone is ringing")),
            (Outcome.ANSWERED.value, _("answered")),
            (Outcome.MISSED.value, _("not answered")),
        ],
        help_text=_("Nothing ticked: answered or not."),
    )
    answered_by = forms.MultipleChoiceField(
        label=_("Who was on the line"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (AnsweredBy.RESPONSIBLE.value, _("the responsible manager")),
            (AnsweredBy.OTHER.value, _("somebody else")),
            (AnsweredBy.UNKNOWN.value, _("an unknown employee")),
        ],
        help_text=_("Nothing ticked: anybody. With a new client, every known employee is “somebody else”."),
    )
    step = forms.MultipleChoiceField(
        label=_("What the chat has come to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (Step.DIALOGUE_STARTED.value, _("the chat has begun")),
            (Step.DIALOGUE_TAKEN.value, _("an employee has taken the chat into work")),
            (Step.CONTACT_GIVEN.value, _("the client has given contact data")),
            (Step.DIALOGUE_FINISHED.value, _("the chat is finished")),
        ],
        help_text=_("Nothing ticked: any step."),
    )
    title = forms.CharField(
        label=_("Name of the row"),
        required=False,
        max_length=120,
        help_text=_("Left empty, the row is called by its situation."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def when(self) -> When:
        """The pattern that a valid form stands for."""
        values = self.cleaned_data
        about = values["about"]
        client = (Client(values["client"]),) if values["client"] else ()
        if about == "analysis":
            return When(outcome=(Outcome.ANALYSED,))
        if about == "form":
            return When(channel=Channel.FORM, client=client, step=(Step.FORM_SENT,))
        if about == "dialogue":
            return When(channel=Channel.DIALOGUE, client=client, step=tuple(Step(one) for one in values["step"]))
        answered = Outcome.ANSWERED.value in values["outcome"] or not values["outcome"]
        return When(
            direction=(Direction(values["direction"]),) if values["direction"] else (),
            outcome=tuple(Outcome(one) for one in values["outcome"]),
            client=client,
            answered_by=tuple(AnsweredBy(one) for one in values["answered_by"]) if answered else (),
        )


def situation_initial(when: When) -> dict[str, Any]:
    """What the form shows for a row that is there."""
    about = "analysis" if Outcome.ANALYSED in when.outcome else when.channel.value
    return {
        "about": about,
        "direction": when.direction[0].value if len(when.direction) == 1 else "",
        "client": when.client[0].value if len(when.client) == 1 else "",
        "outcome": [one.value for one in when.outcome],
        "answered_by": [one.value for one in when.answered_by],
        "step": [one.value for one in when.step],
    }


_PLACES = 4


class HeadForm(forms.Form):
    """Which record takes a call, who counts as known, and to whose owner a ringing caller is sent."""

    marks_optional = True

    known_by = forms.MultipleChoiceField(
        label=_("A client is known by his"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one: else every client is new.")},
    )  # fmt: skip

    def __init__(self, matrix: Matrix, capabilities: Capabilities, data: Any = None) -> None:
        kinds = [Kind.LEAD, Kind.DEAL, Kind.CONTACT, Kind.COMPANY, Kind.ORDER]
        offered = [kind for kind in kinds if kind in capabilities.kinds]
        known = [kind.value for kind in matrix.known_by if kind in offered]
        super().__init__(
            data, initial={"known_by": known} | _places("takers", matrix.takers) | _places("forward", matrix.forward)
        )
        fields: Any = self.fields
        fields["known_by"].choices = [(kind.value, KINDS[kind]) for kind in offered]
        for name in ("takers", "forward"):
            held = [kind for kind in getattr(matrix, name) if kind not in offered]
            choices = [("", "–"), *((kind.value, KINDS[kind]) for kind in [*offered, *held])]
            for place in range(1, _PLACES + 1):
                fields[f"{name}_{place}"] = forms.ChoiceField(
                    label=gettext("%(n)s. place") % {"n": place},
                    required=name == "takers" and place == 1,
                    choices=choices,
                )
        self.offered, self.held = offered, matrix

    def ordered(self, name: str) -> list[Any]:
        """The choices of `takers` or `forward`, in their order, for the template."""
        return [self[f"{name}_{place}"] for place in range(1, _PLACES + 1)]

    @property
    def takers(self) -> list[Any]:
        """The choices of the record that takes a call."""
        return self.ordered("takers")

    @property
    def forward(self) -> list[Any]:
        """The choices of the record to whose owner a caller is sent."""
        return self.ordered("forward")

    def edited(self, matrix: Matrix) -> Matrix:
        """The table with what a valid form says. Kinds that the CRM lacks stay as they were."""
        chosen = {Kind(kind) for kind in self.cleaned_data["known_by"]}
        kept = {kind for kind in matrix.known_by if kind not in self.offered}
        known = tuple(kind for kind in Kind if kind in chosen | kept)
        return replace(
            matrix,
            takers=self._order("takers"),
            forward=self._order("forward"),
            known_by=matrix.known_by if set(known) == set(matrix.known_by) else known,
        )

    def _order(self, name: str) -> tuple[Kind, ...]:
        said = [self.cleaned_data[f"{name}_{place}"] for place in range(1, _PLACES + 1)]
        return tuple(dict.fromkeys(Kind(kind) for kind in said if kind))


def _places(name: str, kinds: tuple[Kind, ...]) -> dict[str, Any]:
    return {f"{name}_{place}": kind.value for place, kind in enumerate(kinds[:_PLACES], 1)}
