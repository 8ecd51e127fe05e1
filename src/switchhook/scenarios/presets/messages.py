"""The sentences of the presets, where the tools that collect message ids find them. A test keeps them complete."""

from switchhook.core.words import _

MESSAGES = frozenset(
    {
        _(
            "After the call. What an unknown employee's call does is not stated by the vendor: it is "
            "made without a manager."
        ),
        _("Always a lead, whoever the client is. Its owner is not stated by the vendor."),
        _("An older edition of the help-centre article on Pipedrive, deal mode"),
        _(
            "An open lead takes the form. Without one: contact, lead and company. The owner is not "
            "stated by the vendor."
        ),
        _("Any other step of a dialogue"),
        _("Any step of a dialogue"),
        _("At pick-up, with UTM tags. Who answered becomes responsible; there is no task."),
        _("Call from {phone}"),
        _("Call to {phone}"),
        _("Call {phone} back: the call on {date} at {time} was missed."),
        _("Chat with {name}"),
        _("Chat {name} {date} {id}"),
        _("Chat with {name} {phone}\n{text}\n{link}"),
        _("Check the call from {phone}"),
        _("Contact data given in a dialogue"),
        _("Contacts and calls, as with NetHunt CRM"),
        _("Deals, as with Pipedrive"),
        _("Dialogue finished"),
        _("Dialogue taken into work"),
        _("Dialogue with a known client"),
        _("Dialogue with a new client"),
        _("Form from {link}\n{text}"),
        _("Form from {phone}"),
        _("Form sent from the site"),
        _("From a new or a known client: an entry in the call history."),
        _("Incoming call from a known client, answered"),
        _("Incoming call from a known client, answered by an unknown employee"),
        _("Incoming call from a known client, answered by another employee"),
        _("Incoming call from a known client, answered by the responsible manager"),
        _("Incoming call from a known client, missed"),
        _("Incoming call from a new client, answered"),
        _("Incoming call from a new client, answered by an unknown employee"),
        _("Incoming call from a new client, missed"),
        _("Incoming call, answered"),
        _("Incoming call, missed"),
        _("Journal only: no contact is made for such a call."),
        _("Leads, as with Pipedrive"),
        _("Leads, as with Zoho CRM"),
        _("Leads, calls and comments"),
        _("Look at the call to {phone}"),
        _("Missed call from {phone}"),
        _("No rule is set by default."),
        _("Nothing is made for a client whose number the CRM knows."),
        _("Once an employee sends the client's data to the CRM. The lead's title then carries the lead's id."),
        _("One card for a number, as with KeyCRM"),
        _("One open card for a number, as with KeyCRM"),
        _("Outgoing call to a known client by another employee, answered"),
        _("Outgoing call to a known client by the responsible manager, answered"),
        _("Outgoing call to a known client, answered"),
        _("Outgoing call to a known client, answered or not"),
        _("Outgoing call to a known client, not answered"),
        _("Outgoing call to a new client"),
        _("Outgoing call, answered"),
        _("Outgoing call, not answered"),
        _("The analysis of a call is ready"),
        _("The call has no responsible manager."),
        _("The contact has no owner and the call no manager."),
        _("The done task is the responsible manager's, to look at."),
        _("The help-centre article on KeyCRM, section on sales funnels"),
        _("The help-centre article on NetHunt CRM, section on how the integration works"),
        _("The help-centre article on the default scenarios for Pipedrive, lead mode"),
        _("The help-centre article on the default scenarios for Pipedrive, lead mode, with call records and comments"),
        _("The help-centre articles on Zoho CRM: forms, messengers and analysis in full, calls in part"),
        _("The lead and the task are stated; the owner of the lead is not."),
        _("The lead is made at pick-up, with UTM tags."),
        _("The owner of the card is not stated by the vendor: it is who answered."),
        _("The owner of the card is not stated by the vendor: it is who called."),
        _("The records are the top manager's, who is to move the lead and the call to another agent."),
        _("The senior manager's task is tied to the lead, the contact and the company."),
        _("The task is the owner's."),
        _("The task names the line."),
        _("The task on the deal is stated; the owner of the records is not."),
        _("To the deal and to the call. A deal that is not linked to a contact gets no comment."),
        _("Two tasks: a done one for who answered, an open one for the responsible manager."),
        _("Unknown employee answered {phone}"),
        _("{employee} answered the call on {date} at {time}."),
        _("{employee} answered your client {phone} on {date} at {time}. Check the call."),
        _("{employee} called on {date} at {time}."),
        _("{employee} called your client {phone} on {date} at {time}. Look at the call."),
        _("{employee} called {phone} on {date} at {time}."),
        _(
            "{line} answered the call from {phone} on {date} at {time}, and no employee is tied to "
            "that line. Check the integration settings and move the deal and the call to another "
            "agent."
        ),
        _(
            "{line} answered the call from {phone} on {date} at {time}, and no employee is tied to "
            "that line. Check the integration settings and move the lead and the call to another "
            "agent."
        ),
        _("{text}\n{link}"),
    }
)
