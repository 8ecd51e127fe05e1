"""What is done beside reading and writing records: COQL, conversion, related lists, owners, attachments, count."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from . import coql
from .access import Gate, fixed_scope, module_scope, search_scopes
from .answers import Refused, Row, invalid, missing, no_such_id, nothing
from .listing import asked_fields, known_module, slice_of
from .notices import Notices
from .schema import MODULES
from .search import criteria
from .state import ZohoState
from .validation import checked

CONVERSION_COST = 5
_ONLY_IN_LISTS = frozenset({"call", "email", "sort_by", "sort_order"})
_RELATED = {
    ("Contacts", "Deals"): "Contact_Name",
    ("Accounts", "Deals"): "Account_Name",
    ("Accounts", "Contacts"): "Account_Name",
    ("Contacts", "Tasks"): "Who_Id",
    ("Contacts", "Calls"): "Who_Id",
}
_CARRIED = ("First_Name", "Last_Name", "Phone", "Mobile", "Email", "Lead_Source", "Description")


class Actions:
    """Routes of their own in the modules."""

    def __init__(self, state: ZohoState, notices: Notices) -> None:
        self._state = state
        self._notices = notices

    def routes(self, gate: Gate) -> list[Route]:
        """The routes; they stand before those of the modules."""

        def at(path: str, endpoint: Any, method: str, scopes: Any = module_scope, **weight: Any) -> Route:
            return Route(f"/crm/v8{path}", gate.guarded(endpoint, scopes, **weight), methods=[method])

        convert = fixed_scope("ZohoCRM.modules.leads.CREATE")
        owner = fixed_scope("ZohoCRM.change_owner.CREATE")
        return [
            at("/coql", self.query, "POST", fixed_scope("ZohoCRM.coql.READ"), heavy=True),
            at("/Leads/{id:int}/actions/convert", self.convert, "POST", convert, cost=CONVERSION_COST, heavy=True),
            at("/{module}/{id:int}/actions/change_owner", self.change_owner, "POST", owner),
            at("/{module}/actions/count", self.count, "GET", search_scopes),
            at("/{module}/{id:int}/Attachments", self.attach, "POST"),
            at("/{module}/{id:int}/Notes", self.note, "POST"),
            at("/{module}/{id:int}/{related}", self.related, "GET"),
        ]

    async def query(self, request: Request) -> Response:
        """Rows, 204 where there are none."""
        body = await json_body(request)
        text = body.get("select_query") if isinstance(body, dict) else None
        if not isinstance(text, str):
            raise missing("select_query")
        rows, more = coql.answer(self._state, text)
        self._state.spent.append((self._state.clock(), coql.cost_of(text) - 1))
        if not rows:
            return nothing()
        return JSONResponse({"data": rows, "info": {"count": len(rows), "more_records": more}})

    async def related(self, request: Request) -> Response:
        """Records that hang on another one, the oldest first unless said otherwise."""
        module, id_ = known_module(request), str(request.path_params["id"])
        other = str(request.path_params["related"])
        if self._state.row(module, id_) is None:
            raise no_such_id()
        names = asked_fields(request)
        if other == "Notes":
            rows = [row for row in self._state.rows("Notes") if row["Parent_Id"]["id"] == id_]
        elif (module, other) in _RELATED or other in {"Tasks", "Calls"}:
            place = _RELATED.get((module, other), "What_Id")
            rows = [row for row in self._state.rows(other) if (row.get(place) or {}).get("id") == id_]
        else:
            raise Refused("INVALID_DATA", "the relation name given seems to be invalid", {"resource_path_index": 2})
        page = slice_of(self._state, request, other, rows)
        if not page.rows:
            return nothing()
        info = {name: value for name, value in page.info.items() if name not in _ONLY_IN_LISTS}
        return JSONResponse({"data": [self._state.shown(row, names) for row in page.rows], "info": info})

    async def note(self, request: Request) -> Response:
        """A note by the address of its record."""
        module, id_ = known_module(request), str(request.path_params["id"])
        body = await json_body(request)
        parent = {"module": {"api_name": module}, "id": id_}
        rows = [
            self._state.insert("Notes", checked(self._state, "Notes", {**item, "Parent_Id": parent}))
            for item in body["data"]
        ]
        data = [
            {"code": "SUCCESS", "details": self._made(row), "message": "record added", "status": "success"}
            for row in rows
        ]
        return JSONResponse({"data": data}, 201)

    def _made(self, row: Row) -> Row:
        by = {"name": row["Created_By"]["name"], "id": row["Created_By"]["id"]}
        at = self._state.stamp(row["Created_Time"])
        return {"id": row["id"], "Created_Time": at, "Modified_Time": at, "Created_By": by, "Modified_By": by}

    async def count(self, request: Request) -> Response:
        """How many records there are, by criteria where given."""
        module = known_module(request)
        text = request.query_params.get("criteria", "")
        test = criteria(text, self._state.schema(module)) if text else bool
        return JSONResponse({"count": sum(bool(test(row)) for row in self._state.rows(module))})

    async def change_owner(self, request: Request) -> Response:
        """Give a record to another user."""
        module, id_ = known_module(request), str(request.path_params["id"])
        body = await json_body(request)
        owner = body.get("owner") if isinstance(body, dict) else None
        if not isinstance(owner, dict):
            raise missing("owner")
        if self._state.row(module, id_) is None:
            raise no_such_id()
        self._state.change(module, id_, checked(self._state, module, {"Owner": owner}, self._state.row(module, id_)))
        done = {"code": "SUCCESS", "details": {"id": id_}, "message": "owner updated", "status": "success"}
        return JSONResponse(done)

    async def attach(self, request: Request) -> Response:
        """A file or a link on a record; only that it was there is kept."""
        module, id_ = known_module(request), str(request.path_params["id"])
        if self._state.row(module, id_) is None:
            raise no_such_id()
        sent, link = await request.body(), request.query_params.get("attachmentUrl", "")
        if not link and b'name="file"' not in sent and b'name="attachmentUrl"' not in sent:
            raise Refused("REQUIRED_PARAM_MISSING", "required param is missing", {"param_name": "file"})
        new = {"id": self._state.new_id(), "url": link, "bytes": len(sent)}
        self._state.attachments.setdefault(id_, []).append(new)
        me, at = self._state.me, self._state.stamp(self._state.clock())
        by = {"name": me["name"], "id": me["id"]}
        details = {"id": new["id"], "Created_Time": at, "Modified_Time": at, "Created_By": by, "Modified_By": by}
        message = "attachment uploaded successfully"
        return JSONResponse(
            {"data": [{"code": "SUCCESS", "details": details, "message": message, "status": "success"}]}
        )

    async def convert(self, request: Request) -> Response:
        """Make a lead a contact, with its company and a deal where asked."""
        body = await json_body(request)
        items = body.get("data") if isinstance(body, dict) else None
        asked = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
        try:
            details = self.converted(str(request.path_params["id"]), asked)
        except Refused as refusal:
            if "resource_path_index" in refusal.details:  # of the lead itself, so of the whole request
                raise
            return JSONResponse({"data": [refusal.body()]}, self._state.config.failed_write_status)
        message = "The record has been converted successfully"
        return JSONResponse(
            {"data": [{"code": "SUCCESS", "status": "success", "message": message, "details": details}]}
        )

    def converted(self, id_: str, asked: Row) -> Row:
        """Convert a lead; gives what came of it. Raises Refused."""
        state, lead = self._state, self._state.row("Leads", id_)
        if lead is None:
            raise no_such_id(1)
        if lead.get("Converted__s"):
            raise Refused("ID_ALREADY_CONVERTED", "id already converted", {"resource_path_index": 1})
        account = self._given("Accounts", asked) or self._new_account(lead)
        tie = {"Account_Name": {"id": account}} if account else {}
        contact = self._given("Contacts", asked)
        if contact is None:
            carried = {name: lead[name] for name in _CARRIED if lead.get(name)}
            owner = asked.get("assign_to") or {"id": lead["Owner"]["id"]}
            contact = self._insert("Contacts", {**carried, **tie, "Owner": owner})
        deal = self._new_deal(asked, contact, tie)
        now = state.clock().replace(microsecond=0)
        ids = {"Contacts": contact, "Accounts": account, "Deals": deal}
        fields = {"Contacts": "Converted_Contact", "Accounts": "Converted_Account", "Deals": "Converted_Deal"}
        links = {fields[module]: self._shown(module, found) for module, found in ids.items()}
        state.change("Leads", id_, {"Converted__s": True, "Converted_Date_Time": now, **links})
        self._notices.tell("Leads", "update", id_)
        return {module: self._shown(module, found) for module, found in ids.items()}

    def _given(self, module: str, asked: Row) -> str | None:
        named = asked.get(module)
        if not isinstance(named, dict):
            return None
        if self._state.row(module, str(named.get("id"))) is None:
            raise invalid(module, place=f"{module}.id")
        return str(named["id"])

    def _new_account(self, lead: Row) -> str | None:
        if not lead.get("Company"):
            return None
        held = next((row["id"] for row in self._state.rows("Accounts") if row["Account_Name"] == lead["Company"]), None)
        return held or self._insert("Accounts", {"Account_Name": lead["Company"], "Owner": {"id": lead["Owner"]["id"]}})

    def _new_deal(self, asked: Row, contact: str, tie: Row) -> str | None:
        wanted = asked.get("Deals")
        if not isinstance(wanted, dict):
            return None
        values = {name: value for name, value in wanted.items() if not name.startswith("$") and name != "Contact_Role"}
        values.setdefault("Closing_Date", self._state.clock().date().isoformat())
        try:
            return self._insert("Deals", {**values, **tie, "Contact_Name": {"id": contact}})
        except Refused as refusal:
            if refusal.code == "DEPENDENT_MISMATCH":
                details = {"mapped_field": "Pipeline", "api_name": "Stage", "json_path": "$.data[0].Deals.Stage"}
                raise Refused("MAPPING_MISMATCH", str(refusal), details) from refusal
            raise

    def _insert(self, module: str, values: Row) -> str:
        row = self._state.insert(module, checked(self._state, module, values))
        self._notices.tell(module, "insert", row["id"])
        return str(row["id"])

    def _shown(self, module: str, id_: str | None) -> Row | None:
        row = self._state.row(module, id_) if id_ and module in MODULES else None
        if row is None or id_ is None:
            return None
        name = next((row[n] for n in ("Full_Name", "Account_Name", "Deal_Name") if isinstance(row.get(n), str)), "")
        return {"name": name, "id": id_}
