#!/usr/bin/env bash
# Prints the number of the pull request whose tests this job imports or comments on; nothing if there is none.
# For a run that a branch of a fork started, the event of `workflow_run` names no pull request, so that GitHub is asked.
#
# JOB_TOKEN: the job's token, which reads pull requests.
set -euo pipefail

event=${GITHUB_EVENT_PATH:-}
if [[ ! -f $event ]] || ! command -v jq >/dev/null 2>&1; then
    exit 0
fi
number=$(jq --raw-output '
    .repository.id as $here
    | [.pull_request.number,
       (.issue | select(.pull_request?) | .number),
       (.workflow_run.pull_requests // [] | .[] | select((.base.repo.id // $here) == $here) | .number)]
    | map(numbers) | first // empty' "$event" | tr -d '\r')
if [[ -n $number ]]; then
    printf '%s\n' "$number"
    exit 0
fi

query=$(jq --raw-output '
    .workflow_run // {} | select(.event == "pull_request" or .event == "pull_request_target")
    | "\(.head_repository.owner.login):\(.head_branch)" | @uri' "$event" | tr -d '\r')
if [[ -z $query || -z ${JOB_TOKEN:-} || -z ${GITHUB_API_URL:-} || -z ${GITHUB_REPOSITORY:-} ]]; then
    exit 0
fi
# The header comes from standard input: a process list shows no token.
found=$(curl --silent --show-error --fail --max-time 60 --retry 3 --header @- \
    --header 'Accept: application/vnd.github+json' \
    "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/pulls?state=all&per_page=100&head=$query" \
    <<<"Authorization: Bearer $JOB_TOKEN")
# The one at the tested commit; if its branch has moved on since, the one that is open.
jq --raw-output --slurpfile event "$event" '
    $event[0].workflow_run.head_sha as $commit
    | ([.[] | select(.head.sha == $commit)] + [.[] | select(.state == "open")])
    | map(.number) | first // empty' <<<"$found" | tr -d '\r'
