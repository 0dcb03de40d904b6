*** Settings ***
Test Template     Pay

*** Test Cases ***    AMOUNT    RESULT
Create                0         free
Small                 10        paid
Large                 1000      paid
Negative              -1        refused

*** Keywords ***
Pay
    [Arguments]    ${amount}    ${result}
    ${found}=    Evaluate    'free' if ${amount} == 0 else 'paid' if 0 < ${amount} < 500 else 'refused'
    Should Be Equal    ${found}    ${result}
