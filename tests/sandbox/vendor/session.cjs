// Uses every resource and operation of the sandbox through the functions of the vendor's SDK. Run by
// tests/sandbox/vendor.rs with the packages in NODE_PATH, and with TQ_HOST and TQ_ACCESS_TOKEN in the
// environment. Throws on any difference.

'use strict';

const assert = require('node:assert/strict');
const sdk = require('@testquality/sdk');

const sdkErrors = [];

function connect(token) {
  const client = new sdk.ClientSdk({
    clientId: '1',
    clientSecret: 'none',
    baseUrl: process.env.TQ_HOST,
    errorHandler: (error) => sdkErrors.push(error),
  });
  sdk.setGlobalClient(client);
  return client.getAuth().setPat(token);
}

const ids = (rows) => rows.map((row) => row.id);
const restore = (resource, id, data) =>
  sdk.getResponse(sdk.getGlobalClient().api, { method: 'post', url: `/${resource}/${id}/restore`, data });

/** The error of the SDK for a request that must be rejected. */
async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('the request was not rejected');
}

async function projects() {
  const before = await sdk.projectGetMany();
  assert.equal(before.total, before.data.length);
  assert.equal(before.current_page, 1);
  const project = await sdk.projectCreateOne({ name: 'SDK', description: 'by the SDK' });
  assert.equal(project.metadata_model, 'Project');
  assert.equal(project.epoch, 0);
  const renamed = await sdk.projectUpdateOne(project.id, { name: 'SDK, renamed' });
  assert.equal(renamed.epoch, 1);
  assert.equal((await sdk.projectGetOne(project.id)).name, 'SDK, renamed');
  const gone = await sdk.projectCreateOne({ name: 'gone' });
  assert.equal(typeof (await sdk.projectDeleteOne(gone.id)).message, 'string');
  assert.equal((await rejection(sdk.projectGetOne(gone.id))).status, 404);
  const params = { project_id: project.id, is_root: true };
  const plan = (await sdk.planGetMany({ params })).data[0];
  const suite = (await sdk.suiteGetMany({ params })).data[0];
  assert.equal(plan.name, 'All tests');
  assert.equal(suite.name, 'Default');
  assert.deepEqual(plan.analysis, { plan_id: plan.id, requirement_count: 0, defect_count: 0 });
  return { project, plan, suite };
}

async function folders({ project, plan, suite }) {
  const folder = await sdk.suiteCreateOne({
    name: 'folder',
    project_id: project.id,
    plan_id: plan.id,
    plan_suite: { parent_id: suite.id, sequence_plan: 1 },
  });
  assert.equal(folder.sequence_plan, 1);
  const [pair] = await sdk.suiteCreateMany(
    ['b', 'a'].map((name) => ({
      name,
      project_id: project.id,
      plan_id: plan.id,
      plan_suite: { parent_id: folder.id },
    })),
  );
  // By the route of the plan, which places the suite in it.
  const nested = await sdk.suiteCreateOne(
    { name: 'c', project_id: project.id },
    { url: sdk.PlanSuiteRoute(plan.id) },
  );
  const inPlan = await sdk.suiteGetMany({ url: sdk.PlanSuiteRoute(plan.id), params: { _sort: '-name' } });
  assert.deepEqual(inPlan.data.map((row) => row.name), ['folder', 'c', 'b', 'a', 'Default']);
  assert.deepEqual(
    ids((await sdk.suiteGetMany({ url: sdk.ProjectSuiteRoute(project.id), params: { _sort: 'id' } })).data),
    [suite.id, folder.id, ...ids(pair), nested.id],
  );

  const [updated] = await sdk.suiteUpdateMany(pair.map(({ id }) => ({ id, description: 'x' })));
  assert.deepEqual(updated.map((row) => [row.description, row.epoch]), [['x', 1], ['x', 1]]);
  const placements = await sdk.planSuiteGetMany({
    params: { plan_id: plan.id, parent_id: folder.id, _sort: 'sequence_plan', _with: 'suite,plan' },
  });
  assert.deepEqual(placements.data.map((row) => row.suite.name), ['b', 'a']);
  assert.equal(placements.data[0].plan.id, plan.id);
  const moved = await sdk.planSuiteUpdateOne(placements.data[0].id, { parent_id: nested.id });
  assert.equal(moved.parent_id, nested.id);
  assert.equal(
    (await sdk.suiteGetMany({ url: sdk.PlanSuiteRoute(plan.id), params: { 'id-in': ids(pair).join(',') } })).total,
    2,
  );
  await sdk.suiteDeleteOne(pair[1].id, { url: sdk.PlanSuiteRoute(plan.id) });
  assert.equal((await rejection(sdk.suiteGetOne(pair[1].id))).message, `Suite ${pair[1].id} not found.`);
  assert.equal((await restore('suite', pair[1].id, { plan_id: String(plan.id) })).id, pair[1].id);
  return folder;
}

async function tests({ project, suite }, folder) {
  const fresh = (name, suite_id) => ({ name, project_id: project.id, suite_id, is_automated: true });
  const one = await sdk.testCreateOne(fresh('one', folder.id));
  assert.equal(one.sequence_suite, 1);
  assert.equal(one.is_automated, true);
  // More than fit into one request: the SDK splits them at 1,000.
  const names = Array.from({ length: 1200 }, (_, number) => `many ${number}`);
  const chunks = await sdk.testCreateMany(names.map((name) => fresh(name, suite.id)));
  assert.deepEqual(chunks.map((chunk) => chunk.length), [1000, 200]);
  const many = chunks.flat();

  const page = await sdk.testGetMany({ params: { project_id: project.id, per_page: 500, page: 2, _sort: 'id' } });
  assert.equal(page.total, 1201);
  assert.deepEqual([page.current_page, page.last_page, page.from, page.to], [2, 3, 501, 1000]);
  assert.ok(page.next_page_url.endsWith('page=3') && page.prev_page_url.endsWith('page=1'));
  const all = await sdk.testGetMany({ params: { project_id: project.id, per_page: -1 } });
  assert.equal(all.data.length, 1201);
  const set = ids(many).slice(0, 3);
  const found = await sdk.testGetMany({ params: { 'id-in': set.join(','), _sort: '-is_automated,-id' } });
  assert.deepEqual(ids(found.data), set.reverse());
  assert.equal((await sdk.testGetMany({ params: { name: 'many 7', project_id: project.id } })).total, 1);
  assert.deepEqual(ids((await sdk.testGetMany({ url: sdk.SuiteTestRoute(folder.id) })).data), [one.id]);

  const [updated] = await sdk.testUpdateMany(many.slice(0, 2).map(({ id }) => ({ id, to_automate: true })));
  assert.deepEqual(updated.map((row) => row.to_automate), [true, true]);
  await sdk.testUpdateOne(one.id, { name: 'one, renamed' });
  await sdk.testDeleteOne(one.id);
  assert.equal((await sdk.testGetMany({ url: sdk.SuiteTestRoute(folder.id) })).total, 0);
  await restore('test', one.id, { suite_id: folder.id });
  const history = await sdk.testHistoryGet({ id: one.id });
  assert.deepEqual(
    history.map((version) => [version.operation, version.name, typeof version._id]),
    [
      ['create', 'one', 'string'],
      ['update', 'one, renamed', 'string'],
      ['delete', 'one, renamed', 'string'],
      ['update', 'one, renamed', 'string'],
    ],
  );
  assert.equal((await sdk.testHistoryGet({ params: { name: 'one, renamed' } })).length, 4);
  const counts = await sdk.testDeleteMany(many.slice(2).map(({ id }) => ({ id })));
  assert.deepEqual(counts, [{ count: 1000 }, { count: 198 }]);

  const placement = await sdk.suiteTestCreateOne({ suite_id: suite.id, test_id: one.id });
  assert.equal((await sdk.suiteTestGetMany({ params: { test_id: one.id, _with: 'suite' } })).total, 2);
  assert.equal((await sdk.suiteTestUpdateOne(placement.id, { suite_id: folder.id })).suite_id, folder.id);
  await sdk.suiteTestDetach({ id: placement.id });
  const again = await sdk.suiteTestCreateOne({ suite_id: suite.id, test_id: one.id });
  assert.deepEqual(await sdk.suiteTestDeleteMany([{ id: again.id }]), [{ count: 1 }]);

  const [steps] = await sdk.stepCreateMany(
    [1, 2].map((sequence) => ({
      step: `step ${sequence}`,
      expected_result: 'it works',
      sequence,
      project_id: project.id,
      test_id: one.id,
    })),
  );
  assert.equal((await sdk.stepUpdateOne(steps[0].id, { step: 'changed' })).epoch, 1);
  assert.equal((await sdk.stepGetMany({ url: sdk.TestStepRoute(one.id) })).total, 2);
  const whole = await sdk.testGetOne(one.id, { params: { _with: 'step,suite,case_type,case_priority' } });
  assert.deepEqual(ids(whole.step), ids(steps));
  assert.deepEqual(ids(whole.suite), [folder.id]);
  assert.equal(whole.case_type.is_default, true);
  return one;
}

async function runs({ project, plan }, folder, test) {
  const names = (list) => list.data.map((row) => row.name);
  const statuses = await sdk.statusGetMany({ params: { per_page: -1, _sort: 'id' } });
  assert.deepEqual(names(statuses), ['Pending', 'Pass', 'Fail', 'Block', 'Skip', 'Retest']);
  const status = Object.fromEntries(statuses.data.map((row) => [row.name, row.id]));
  assert.ok((await sdk.caseTypeGetMany()).total > 0);
  assert.ok((await sdk.casePriorityGetMany()).total > 0);

  const milestone = await sdk.milestoneCreateOne({ name: '1.0', project_id: project.id });
  const cycle = await sdk.planCreateOne({ name: 'cycle', project_id: project.id });
  const twice = await sdk.planSuiteCreateMany([folder, folder].map(({ id }) => ({ plan_id: cycle.id, suite_id: id })));
  await sdk.planSuiteDetach({ id: twice[0][1].id });
  const include = await sdk.planSuiteTestIncludeCreateOne({
    plan_id: cycle.id,
    suite_id: folder.id,
    test_id: test.id,
    project_id: project.id,
  });
  assert.equal((await sdk.planSuiteTestIncludeGetMany({ params: { plan_id: cycle.id } })).data[0].id, include.id);
  const run = await sdk.runCreateOne({
    is_complete: 0,
    is_running: 1,
    plan_id: cycle.id,
    project_id: project.id,
    milestone_id: milestone.id,
  });
  assert.ok(run.name.startsWith('cycle '));
  assert.deepEqual([run.run_result_rows, run.run_result_step_rows], [1, 2]);
  assert.equal((await sdk.runGetMany({ url: sdk.PlanRunRoute(cycle.id) })).total, 1);
  assert.equal((await sdk.runGetMany({ url: sdk.MilestoneRunRoute(milestone.id) })).total, 1);

  const results = await sdk.runResultGetMany({
    url: sdk.RunRunResultRoute(run.id),
    params: { _with: 'test,status,run_result_step' },
  });
  assert.equal(results.total, 1);
  const result = results.data[0];
  assert.deepEqual([result.test.id, result.status.name, result.suite_id], [test.id, 'Pending', folder.id]);
  const [first, last] = result.run_result_step;
  assert.ok(first.sequence < last.sequence);
  const now = async () => (await sdk.runResultGetOne(result.id)).status_id;
  await sdk.runResultStepUpdateOne(first.id, { status_id: status.Fail, elapsed: 2.5 });
  assert.equal(await now(), status.Pending);
  await sdk.runResultStepUpdateMany([{ id: last.id, status_id: status.Pass, result: 'fine' }]);
  assert.equal(await now(), status.Pass);
  assert.equal((await sdk.runUpdateOne(run.id, { is_complete: true, is_running: false })).is_complete, true);
  assert.equal((await sdk.testGetOne(test.id, { params: { _with: 'RunResult.run' } })).run_result[0].run.id, run.id);

  const finished = await sdk.runGetOne(run.id);
  assert.deepEqual(
    finished.analysis.status.map(({ total, status_id: id, run_id: of }) => [total, id, of]),
    [[1, status.Pass, run.id]],
  );
  assert.equal((await sdk.runSuiteGetMany({ params: { run_id: run.id } })).data[0].suite_id, folder.id);
  const comment = await sdk.commentCreateOne({ related_type: 'Run', related_id: run.id, body: 'the build' });
  assert.equal((await sdk.commentGetMany({ url: sdk.RunCommentRoute(run.id) })).data[0].id, comment.id);
  const environment = await sdk.environmentCreateOne({ name: 'Windows', all_projects: true });
  await sdk.environmentPlanCreateOne({ plan_id: cycle.id, environment_id: environment.id });
  const nightly = await sdk.runCreateOne({ name: 'nightly', plan_id: cycle.id, project_id: project.id });
  const there = await sdk.runResultGetMany({ params: { run_id: nightly.id } });
  assert.deepEqual(there.data.map((row) => row.environment_id), [environment.id]);
  await sdk.runDeleteOne(nightly.id);
  await sdk.projectStatusCreateOne({ project_id: project.id, status_id: status.Block });
  const defect = await sdk.defectCreateOne({ project_id: project.id, external_reference_id: 'SHOP-7' });
  const link = await sdk.defectRunResultCreateOne({ defect_id: defect.id, run_result_id: result.id });
  assert.equal((await sdk.defectRunResultGetOne(link.id)).defect_id, defect.id);

  const second = await sdk.runCreateOne({ name: 'all', plan_id: plan.id, project_id: project.id });
  assert.equal(second.run_result_rows, 3);
  await sdk.runDeleteOne(second.id);
  assert.equal((await sdk.runResultGetMany({ params: { project_id: project.id } })).total, 1);
}

async function batches({ project, suite }, folder) {
  const batch = new sdk.BatchService();
  const asked = [
    sdk.testCreateOne({ name: 'batched', project_id: project.id, suite_id: suite.id }, { batch }),
    sdk.testCreateMany([{ name: 'in an array', project_id: project.id, suite_id: suite.id }], { batch, list: [] }),
    sdk.testGetMany({ batch, params: { project_id: project.id, 'name-in': 'batched,in an array', _sort: 'id' } }),
    sdk.suiteGetOne(folder.id, { batch }),
    rejection(sdk.testGetOne(1, { batch })),
    rejection(sdk.testCreateOne({ name: '' }, { batch })),
  ];
  const answer = await batch.executeBatch();
  assert.equal(answer.responses[0].length, asked.length);
  const [one, [[two]], list, same, absent, invalid] = await Promise.all(asked);
  assert.deepEqual(ids(list.data), [one.id, two.id]);
  assert.equal(same.id, folder.id);
  assert.equal(absent.status, 404);
  assert.equal(invalid.id, 'VALIDATION_ERROR');
  assert.deepEqual(await new sdk.BatchService().executeBatch(), { responses: [] });
}

async function rejections({ project, suite }) {
  const invalid = await rejection(sdk.testCreateOne({ name: 'x'.repeat(256), project_id: project.id, suite_id: 1 }));
  assert.equal(invalid.id, 'VALIDATION_ERROR');
  assert.equal(invalid.status, 400);
  assert.ok(Array.isArray(invalid.title.name));
  const long = { name: 'x', description: 'x'.repeat(9e6), project_id: project.id, suite_id: suite.id };
  assert.equal((await rejection(sdk.testCreateOne(long))).status, 413);
  const api = sdk.getGlobalClient().api;
  assert.equal((await rejection(sdk.getResponse(api, { method: 'delete', url: '/test' }))).status, 405);
  assert.equal((await rejection(sdk.getResponse(api, { url: '/nothing' }))).status, 404);
  // Names are not unique.
  const twin = { name: 'twin', project_id: project.id, suite_id: suite.id };
  const [[one, two]] = await sdk.testCreateMany([twin, twin]);
  assert.notEqual(one.id, two.id);

  await connect('wrong');
  const unknown = await rejection(sdk.projectGetMany());
  assert.ok(/NO_REFRESH_TOKEN/.test(`${unknown.id} ${unknown.code}`) || unknown.status === 401, String(unknown));
}

async function main() {
  await connect(process.env.TQ_ACCESS_TOKEN);
  const roots = await projects();
  const folder = await folders(roots);
  const test = await tests(roots, folder);
  await runs(roots, folder, test);
  await batches(roots, folder);
  await rejections(roots);
}

main().then(
  () => console.log('session done'),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
