*** Settings ***
Suite Setup       Fail    the depot is closed

*** Test Cases ***
Create
    No Operation

Express
    No Operation
