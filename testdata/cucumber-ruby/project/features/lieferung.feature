# language: de
Funktionalität: Lieferung

  Szenario: nach Köln
    Angenommen an empty cart

  Szenario: one article
    Angenommen an empty cart
    Wenn I add 1 articles
