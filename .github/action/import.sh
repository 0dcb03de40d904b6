#!/usr/bin/env bash
# The second step of the action: builds a command line from the inputs and replaces itself with tq-import.
# Inputs are passed as variables and collected in an array; the shell never evaluates them.
set -euo pipefail

# Prints an error annotation and exits. Inputs in it are escaped, so they are never a workflow command.
fail() {
    local text=$1
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '::error title=tq-import::%s\n' "$text"
    conclude failure 2
    exit 2
}

# Sets the outputs that matter when tq-import did not run.
conclude() {
    if [[ -n ${GITHUB_OUTPUT:-} ]]; then
        printf 'conclusion=%s\nexit-code=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
    fi
}

# Whether a switch is on, in any spelling of true and false.
is_on() {
    case ${2:-} in
    [Tt]rue | TRUE) return 0 ;;
    [Ff]alse | FALSE | '') return 1 ;;
    *) fail "the input $1 must be true or false, not \"$2\"" ;;
    esac
}

# Puts the non-empty lines of a text, trimmed, into the array `lines`.
split_lines() {
    lines=()
    local line
    while IFS= read -r line || [[ -n $line ]]; do
        line=${line%$'\r'}
        line=${line#"${line%%[![:space:]]*}"}
        line=${line%"${line##*[![:space:]]}"}
        if [[ -n $line ]]; then
            lines+=("$line")
        fi
    done <<<"$1"
}

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
program=${TQ_IMPORT:?the install step did not set the path of tq-import}
cd -- "${INPUT_WORKING_DIRECTORY:-.}" 2>/dev/null ||
    fail "working-directory ${INPUT_WORKING_DIRECTORY:-.} does not exist"

split_lines "${INPUT_FILES:-}"
# Without any, the [[import]] tables of tq-import.toml name them.
reports=("${lines[@]+"${lines[@]}"}")

options=()
with() {
    if [[ -n $2 ]]; then
        options+=("$1=$2")
    fi
}
# What happens without a token: an input, else by the kind of job.
without_token=${INPUT_WITHOUT_TOKEN:-}
if [[ -z ${TQ_ACCESS_TOKEN:-} && -z $without_token ]]; then
    who=
    if [[ ${IS_FORK:-} == true ]]; then
        who="pull requests from forks"
    elif [[ ${GITHUB_ACTOR:-} == 'dependabot[bot]' ]]; then
        who="jobs that Dependabot starts"
    else
        fail "no token: set the input token to a secret, such as \${{ secrets.TESTQUALITY_TOKEN }}; the input without-token says what to do if a job gets none"
    fi
    without_token=parse-only
    printf '::notice title=tq-import::%s get no secrets: reports are parsed but not imported\n' "$who"
fi
with --without-token "$without_token"
with --namespace "${INPUT_NAMESPACE:-}"
with --folder "${INPUT_FOLDER:-}"
with --group-by "${INPUT_GROUP_BY:-}"
if ! is_on fail-on-empty "${INPUT_FAIL_ON_EMPTY:-true}"; then options+=(--allow-empty); fi
if is_on strict "${INPUT_STRICT:-}"; then options+=(--strict); fi
with --project "${INPUT_PROJECT:-}"
with --host "${INPUT_HOST:-}"
if is_on fail-on-test-failure "${INPUT_FAIL_ON_TEST_FAILURE:-}"; then options+=(--fail-on-test-failure); fi
if is_on dry-run "${INPUT_DRY_RUN:-}"; then options+=(--dry-run); fi
if is_on stale "${INPUT_STALE:-}"; then options+=(--stale=report); fi
with --moved "${INPUT_MOVED:-}"
if is_on new-namespace "${INPUT_NEW_NAMESPACE:-}"; then options+=(--new-namespace); fi
if is_on results "${INPUT_RESULTS:-}"; then options+=(--results); fi
with --cycle "${INPUT_CYCLE:-}"
with --run-name "${INPUT_RUN_NAME:-}"
with --milestone "${INPUT_MILESTONE:-}"
if is_on close-run "${INPUT_CLOSE_RUN:-}"; then options+=(--close-run); fi
split_lines "${INPUT_ARGS:-}"
options+=("${lines[@]+"${lines[@]}"}")

# The page for the comment step. One of an earlier use of the action must not be shown again.
page=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tq-import-comment.md
rm -f -- "$page"
if is_on comment "${INPUT_COMMENT:-}"; then options+=("--output=comment=$page"); fi

# A workflow that another one started: which pull request the reports are of.
if [[ ${GITHUB_EVENT_NAME:-} == workflow_run ]]; then
    TQ_PULL_REQUEST=$(bash "$here/pull-request.sh") || TQ_PULL_REQUEST=
    export TQ_PULL_REQUEST
fi
unset JOB_TOKEN

# On Windows, bash would rewrite arguments that look like paths, such as --root=/app.
export MSYS2_ARG_CONV_EXCL='*'

exec "$program" "${options[@]+"${options[@]}"}" -- "${reports[@]+"${reports[@]}"}"
