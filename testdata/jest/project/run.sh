npx jest --ci --reporters=jest-junit
export JEST_JUNIT_SUITE_NAME='{filepath}' JEST_JUNIT_CLASSNAME='{classname}' JEST_JUNIT_TITLE='{title}'
export JEST_JUNIT_REPORT_TEST_SUITE_ERRORS=true
JEST_JUNIT_OUTPUT_NAME=junit-filepath.xml npx jest --ci --reporters=jest-junit
