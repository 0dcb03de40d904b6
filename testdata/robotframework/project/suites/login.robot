*** Settings ***
Documentation     Customers come in.
Metadata          Release    2026.4

*** Test Cases ***
Create
    Log    an account

Known User
    [Documentation]    A user with a right password comes in.
    [Tags]    priority:high    SHOP-20
    Should Be Equal    ada    ada

Wrong Password <b> & "q"
    [Tags]    SHOP-21
    Log    [[DEFECT|SHOP-21]] ]]> & more
    Should Be Equal    secret    Secret    password is wrong ]]> & <refused>

Größe 绿茶 🫖 Crème
    Should Be Equal    Köln    Köln

Two Factors
    Skip    no second factor yet
