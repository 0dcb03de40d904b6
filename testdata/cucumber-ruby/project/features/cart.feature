Feature: Cart

  Background:
    Given an empty cart

  Scenario: one article
    When I add 1 articles
    Then the cart holds 1 articles

  Scenario Outline: several articles
    When I add <many> articles
    Then the cart holds <held> articles

    Examples:
      | many | held |
      | 2    | 2    |
      | 3    | 4    |

  Scenario: a step that nobody wrote
    When I sing "la" & <la>

  @wip
  Scenario: later
    Then it is built later
