#!/usr/bin/env bash
# The last step of the action, with the input comment: shows the summary in a comment on the pull request. A later run
# replaces the comment that the same job wrote for the same namespace. What goes wrong here is a warning: the job does not fail.
#
# JOB_TOKEN: the job's token, which needs the permission `pull-requests: write`.
set -euo pipefail
# The same name of a comment on every runner.
export LC_ALL=C

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
page=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tq-import-comment.md

# Prints an annotation and ends the step. What it says is escaped, so that it is never a workflow command.
leave() {
    local text=$2
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '::%s title=tq-import::%s\n' "$1" "$text"
    exit 0
}

# Without it, the import had no result, and says why.
if [[ ! -s $page ]]; then
    exit 0
fi
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tq-import.XXXXXX")
trap 'rm -rf -- "$work" "$page"' EXIT

if [[ ${IS_FORK:-} == true ]]; then
    leave notice "no comment: the token of a fork's pull request can only read. docs/ci.md shows a workflow that comments on them"
fi
for tool in curl jq; do
    command -v "$tool" >/dev/null 2>&1 || leave warning "no comment: $tool is not installed on this runner"
done
number=$(bash "$here/pull-request.sh") || leave warning "no comment: GitHub does not say which pull request this is"
if [[ -z $number ]]; then
    leave notice "no comment: this is no job for a pull request"
fi

# The first line of the page names the namespace. Two jobs, and two uses with different names, have a comment each.
name="${GITHUB_WORKFLOW:-} / ${GITHUB_JOB:-}${COMMENT_NAME:+ / $COMMENT_NAME}"
name=${name//[!A-Za-z0-9 .,_\/@-]/_}
IFS= read -r first <"$page" || true
end=' -->'
marker="${first%"$end"} ($name)$end"
{
    printf '%s\n' "$marker"
    tail -n +2 -- "$page"
} >"$work/page.md"
jq --null-input --rawfile body "$work/page.md" '{body: $body}' >"$work/body.json"

# Sends a request and sets `status`. The header comes from standard input: a process list shows no token.
call() {
    local method=$1 address=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$2
    shift 2
    status=$(curl --silent --show-error --max-time 60 --request "$method" --header @- \
        --header 'Accept: application/vnd.github+json' --output "$work/answer.json" --write-out '%{http_code}' \
        "$@" "$address" <<<"Authorization: Bearer $JOB_TOKEN") || status=000
}

refused() {
    local why
    why=$(jq --raw-output '.message? // empty' "$work/answer.json" 2>/dev/null | tr -d '\r' || true)
    local advice=
    case $status in
    401 | 403 | 404) advice='. The job needs the permission pull-requests: write' ;;
    esac
    leave warning "cannot $1 the comment on pull request $number: ${why:-no answer} (HTTP $status)$advice"
}

# Only comments of this token's account: anyone can write a comment that begins with the marker.
comments=()
for ((at = 1; at <= 100; at++)); do
    call GET "$number/comments?per_page=100&page=$at" --retry 3
    [[ $status == 200 ]] || refused find
    while IFS= read -r comment; do
        comments+=("${comment%$'\r'}")
    done < <(jq --raw-output --arg marker "$marker" '.[]
        | select(.user.login == "github-actions[bot]" and (.body // "" | startswith($marker))) | .id' "$work/answer.json")
    listed=$(jq length "$work/answer.json" | tr -d '\r')
    if [[ $listed -lt 100 ]]; then
        break
    fi
done

json=(--header 'Content-Type: application/json' --data-binary "@$work/body.json")
is_written=false
if [[ ${#comments[@]} -gt 0 ]]; then
    call PATCH "comments/${comments[0]}" "${json[@]}"
    # 404: somebody deleted it meanwhile.
    [[ $status == 404 || $status == 200 ]] || refused update
    if [[ $status == 200 ]]; then is_written=true; fi
    # Runs that wrote their first comment at the same time left one each.
    for comment in "${comments[@]:1}"; do
        call DELETE "comments/$comment"
    done
fi
if [[ $is_written == false ]]; then
    call POST "$number/comments" "${json[@]}"
    [[ $status == 201 ]] || refused write
fi
