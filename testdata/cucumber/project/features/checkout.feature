Feature: Checkout
  A customer pays what is in the cart.

  Background:
    Given an empty cart

  Scenario: One article
    When 1 "tea" is added
    Then the cart has 1 article

  Scenario: Markup <b> & "q" in a name
    When 1 "<b>cup</b> & saucer" is added
    Then the cart has 2 articles

  @skip
  Scenario: Pay by card
    When the customer pays by card

  Scenario: Pay by invoice
    When the customer pays by invoice

  Scenario Outline: <count> of <article>
    When <count> "<article>" is added
    Then the cart has <count> articles

    Examples: stock
      | count | article |
      | 2     | tea     |
      | 3     | Tasse   |

    Examples: sold out
      | count | article |
      | 5     | gone    |

  Rule: Gifts are wrapped
    Scenario: One article
      When 1 "gift" is added
      Then the cart has 1 article
