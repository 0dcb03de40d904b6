// Reads the runs of a project through the functions of the vendor's SDK, as its web application would, and prints them as
// JSON. Run by tests/sandbox/vendor.rs with the packages in NODE_PATH, and with TQ_HOST and TQ_ACCESS_TOKEN in the environment.

'use strict';

const sdk = require('@testquality/sdk');

async function read() {
  const client = new sdk.ClientSdk({
    clientId: '1',
    clientSecret: 'none',
    baseUrl: process.env.TQ_HOST,
    errorHandler: (error) => {
      throw error;
    },
  });
  sdk.setGlobalClient(client);
  await client.getAuth().setPat(process.env.TQ_ACCESS_TOKEN);
  const project = (await sdk.projectGetMany({ params: { name: 'Demo' } })).data[0];
  const statuses = (await sdk.statusGetMany()).data;
  const status = new Map(statuses.map(({ id, name }) => [id, name]));
  const runs = (await sdk.runGetMany({ params: { project_id: project.id, _sort: 'id' } })).data;
  const one = async ({ id, name, plan_id: plan, is_complete: complete }) => {
    const results = await sdk.runResultGetMany({
      url: sdk.RunRunResultRoute(id),
      params: { _with: 'test,run_result_step', _sort: 'id' },
    });
    const totals = (await sdk.runGetOne(id)).analysis.status;
    return {
      name: name.replace(/ \(.*/, ''),
      cycle: (await sdk.planGetOne(plan)).name,
      complete,
      totals: Object.fromEntries(totals.map((row) => [status.get(row.status_id), row.total])),
      results: Object.fromEntries(
        results.data.map((row) => [
          row.test.name,
          [status.get(row.status_id), ...row.run_result_step.map((step) => step.result.split('\n')[0])],
        ]),
      ),
    };
  };
  console.log(JSON.stringify(await Promise.all(runs.map(one))));
}

read().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
