@orders
Feature: Orders
  Scenario: One article
    Given a cart with 1 article
    When the order is sent
    Then the customer gets an e-mail

  @wip
  Scenario: <b> & "q" in the name – Größe 绿茶 🫖
    Given a cart with 2 articles
    Then the customer gets an e-mail

  Scenario: An order is cancelled
    Given a cart with 1 article
    When the order is cancelled

  @skip
  Scenario: Gift wrapping
    Given a cart with 1 article

  Scenario Outline: <count> articles
    Given a cart with <count> articles
    When the order is sent
    Then the customer gets an e-mail

    Examples: few
      | count |
      | 1     |
      | 2     |

    Examples: none
      | count |
      | 0     |
