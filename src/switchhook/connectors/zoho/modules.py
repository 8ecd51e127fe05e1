"""Zoho's modules: which kind of record lies where, and what is read of it."""

from switchhook.core.records import Kind

MODULES = {
    Kind.CONTACT: "Contacts",
    Kind.COMPANY: "Accounts",
    Kind.LEAD: "Leads",
    Kind.DEAL: "Deals",
    Kind.TASK: "Tasks",
    Kind.CALL: "Calls",
    Kind.COMMENT: "Notes",
}
KINDS = {module: kind for kind, module in MODULES.items()}
TABS = {**MODULES, Kind.DEAL: "Potentials"}
"""What the pages for people call them."""

NAMES = {
    Kind.CONTACT: "Last_Name",
    Kind.COMPANY: "Account_Name",
    Kind.LEAD: "Last_Name",
    Kind.DEAL: "Deal_Name",
    Kind.TASK: "Subject",
    Kind.CALL: "Subject",
    Kind.COMMENT: "Note_Content",
}
"""The field that holds a record's name."""

WITH_DESCRIPTION = frozenset(MODULES) - {Kind.COMMENT}

LONGEST_NAME = {
    Kind.CONTACT: 80,
    Kind.COMPANY: 200,
    Kind.LEAD: 80,
    Kind.DEAL: 120,
    Kind.TASK: 255,
    Kind.CALL: 255,
    Kind.COMMENT: 65_535,
}
LONGEST_DESCRIPTION = 32_000

_ALWAYS = ("Owner", "Created_Time", "Modified_Time")
READ = {
    Kind.CONTACT: ("First_Name", "Last_Name", "Full_Name", "Email", "Account_Name", *_ALWAYS),
    Kind.COMPANY: ("Account_Name", *_ALWAYS),
    Kind.LEAD: (
        *("First_Name", "Last_Name", "Full_Name", "Email", "Company", "Lead_Status", "Converted__s"),
        *("Converted_Contact", "Converted_Account", *_ALWAYS),
    ),
    Kind.DEAL: ("Deal_Name", "Stage", "Pipeline", "Contact_Name", "Account_Name", *_ALWAYS),
    Kind.TASK: ("Subject", "Status", "Due_Date", "Description", "Who_Id", "What_Id", "Closed_Time", *_ALWAYS),
    Kind.CALL: (
        *("Subject", "Call_Type", "Call_Start_Time", "Call_Duration", "Call_Duration_in_seconds", "Description"),
        *("Who_Id", "What_Id", *_ALWAYS),
    ),
    Kind.COMMENT: ("Note_Title", "Note_Content", "Parent_Id", *_ALWAYS),
}
"""The fields asked for in lists, those for numbers apart."""

_COMMON = (
    "id Owner Layout Tag Description Created_By Created_Time Modified_By Modified_Time Last_Activity_Time Email Phone "
    "Secondary_Email Email_Opt_Out Lead_Source Record_Image Record_Status__s Locked__s Unsubscribed_Mode "
    "Unsubscribed_Time Exchange_Rate Currency"
)
_OWN = {
    Kind.CONTACT: "First_Name Last_Name Full_Name Salutation Mobile Home_Phone Other_Phone Asst_Phone Assistant Fax "
    "Account_Name Vendor_Name Title Department Date_of_Birth Reporting_To Skype_ID Twitter Mailing_Street Mailing_City "
    "Mailing_State Mailing_Zip Mailing_Country Other_Street Other_City Other_State Other_Zip Other_Country",
    Kind.COMPANY: "Account_Name Account_Number Account_Site Account_Type Fax Website Ticker_Symbol Parent_Account "
    "Industry Ownership Employees Annual_Revenue Rating SIC_Code Billing_Street Billing_City Billing_State "
    "Billing_Code Billing_Country Shipping_Street Shipping_City Shipping_State Shipping_Code Shipping_Country",
    Kind.LEAD: "First_Name Last_Name Full_Name Salutation Company Designation Mobile Fax Website Lead_Status Industry "
    "No_of_Employees Annual_Revenue Rating Skype_ID Twitter Street City State Zip_Code Country Converted__s "
    "Converted_Date_Time Converted_Account Converted_Contact Converted_Deal Lead_Conversion_Time",
    Kind.DEAL: "Deal_Name Stage Pipeline Closing_Date Amount Probability Expected_Revenue Account_Name Contact_Name "
    "Type Next_Step Campaign_Source Reason_For_Loss__s Lead_Conversion_Time Sales_Cycle_Duration "
    "Overall_Sales_Duration Change_Log_Time__s",
}
SYSTEM = {kind: frozenset(f"{_COMMON} {own}".split()) for kind, own in _OWN.items()}
"""Fields that Zoho has in every account: all others of a record are the account's own."""


def read_fields(kind: Kind, phones: tuple[str, ...] = (), *, description: bool = False) -> tuple[str, ...]:
    """What to ask of a record of `kind`; `phones` are the fields for its numbers."""
    also = ("Description",) if description and "Description" not in READ[kind] else ()
    return (*READ[kind], *phones, *also)
