/**
 * A step of a shared library: installs tq-import and imports the reports of the workspace. docs/ci.md shows how to use it.
 *
 * @param settings project: in TestQuality, by name or id; namespace: separates repositories that share a project;
 *     files: a list of report files, directories or glob patterns; options: further options, by default ['--results'];
 *     credentialsId: a secret text with the token, by default 'testquality'
 */
def call(Map settings) {
    def options = settings.options == null ? ['--results'] : settings.options
    def credentials = settings.credentialsId == null ? 'testquality' : settings.credentialsId
    def variables = [
        "TQ_PROJECT=${settings.project}",
        "TQ_NAMESPACE=${settings.namespace}",
        "IMPORT_FILES=${settings.files.join('\n')}",
        "IMPORT_OPTIONS=${options.join('\n')}",
    ]
    withCredentials([string(credentialsId: credentials, variable: 'TQ_ACCESS_TOKEN')]) {
        withEnv(variables) {
            sh '''
                curl -fsSL https://github.com/OWNER/tq-import/releases/download/v0.1.0/install.sh | sh -s -- --to "$WORKSPACE_TMP"
                # One argument per line; the program expands the patterns.
                set -f
                IFS='
'
                "$WORKSPACE_TMP/tq-import" $IMPORT_OPTIONS -- $IMPORT_FILES
            '''
        }
    }
}
