// A round of the vendor's own client for Node against the address in TWIN: prints what it saw as one JSON line.
// NODE_PATH names the folder of modules in which the client is installed.
const first = require("pipedrive/v1");
const second = require("pipedrive/v2");

const { TWIN, TOKEN } = process.env;
const newer = new second.Configuration({ apiKey: TOKEN, basePath: `${TWIN}/api/v2` });
const older = new first.Configuration({ apiKey: TOKEN, basePath: `${TWIN}/v1` });

async function refusal(attempt) {
  try {
    await attempt();
    return null;
  } catch (error) {
    // The client hands on the body of the answer alone.
    return { error: error.error, code: error.errorCode ?? error.code ?? null };
  }
}

async function main() {
  const seen = {};
  const persons = new second.PersonsApi(newer);
  const made = await persons.addPerson({
    AddPersonRequest: { name: "Jan Kowalski", phones: [{ value: "+48221234567", label: "work", primary: true }] },
  });
  const id = made.data.id;
  seen.person = made.data.name;
  const hits = await persons.searchPersons({ term: "221234567", fields: "phone" });
  seen.found = hits.data.items.map((hit) => hit.item.id === id);
  seen.renamed = (await persons.updatePerson({ id, UpdatePersonRequest: { name: "Jan Nowak" } })).data.name;
  for (let number = 0; number < 3; number += 1) {
    await persons.addPerson({ AddPersonRequest: { name: `Client ${number}` } });
  }
  const names = [];
  let cursor;
  do {
    const page = await persons.getPersons({ limit: 2, cursor });
    names.push(...page.data.map((person) => person.name));
    cursor = page.additional_data.next_cursor;
  } while (cursor);
  seen.names = names;

  const organizations = new second.OrganizationsApi(newer);
  seen.organization = (await organizations.addOrganization({ AddOrganizationRequest: { name: "Acme" } })).data.name;
  const leads = new first.LeadsApi(older);
  const lead = (await leads.addLead({ AddLeadRequest: { title: "Call", person_id: id } })).data;
  seen.leads = (await leads.getLeads({ person_id: id })).data.map((row) => row.title);
  seen.lead = (await leads.updateLead({ id: lead.id, UpdateLeadRequest: { title: "Call again" } })).data.title;
  const activities = new second.ActivitiesApi(newer);
  const activity = (
    await activities.addActivity({
      AddActivityRequest: { subject: "Call back", type: "task", lead_id: lead.id, due_date: "2026-11-23", done: false },
    })
  ).data;
  seen.done = (await activities.updateActivity({ id: activity.id, AddActivityRequest: { done: true } })).data.done;
  const notes = new first.NotesApi(older);
  seen.note = (await notes.addNote({ AddNoteRequest: { content: "<p>Text</p>", lead_id: lead.id } })).data.content;

  const converting = new second.LeadsApi(newer);
  const run = (await converting.convertLeadToDeal({ id: lead.id, ConvertLeadToDealRequest: {} })).data.conversion_id;
  const statuses = [];
  let status;
  do {
    status = (await converting.getLeadConversionStatus({ id: lead.id, conversion_id: run })).data;
    statuses.push(status.status);
  } while (!status.deal_id);
  seen.statuses = statuses;
  const deals = new second.DealsApi(newer);
  seen.deal = (await deals.getDeal({ id: status.deal_id })).data.title;
  seen.pipelines = (await new second.PipelinesApi(newer).getPipelines()).data.map((row) => row.name);
  seen.users = (await new first.UsersApi(older).getUsers()).data.map((row) => row.name);

  const app = new second.OAuth2Configuration({
    clientId: "twin-client", clientSecret: "twin-client-secret", redirectUri: "https://hub.example/back", host: TWIN,
  });
  const sentBack = await fetch(app.authorizationUrl, { redirect: "manual" });
  const token = await app.authorize(new URL(sentBack.headers.get("location")).searchParams.get("code"));
  seen.expires = token.expires_in;
  await app.tokenRefresh();
  seen.signedIn = (await new second.PersonsApi(app).getPersons({ limit: 1 })).data.length;

  seen.gone = await refusal(() => leads.getLead({ id: lead.id }));
  seen.nameless = await refusal(() => persons.addPerson({ AddPersonRequest: {} }));
  const stranger = new second.Configuration({ apiKey: "nobody", basePath: `${TWIN}/api/v2` });
  seen.stranger = await refusal(() => new second.PersonsApi(stranger).getPersons());
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
