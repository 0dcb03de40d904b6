# language: de
Funktionalität: Suche
  Szenario: Grüner Tee wird gefunden 绿茶 🫖
    Angenommen an empty cart
    Dann the cart has 0 articles

  Szenario: Einkäufer mag Crème brûlée
    Angenommen an empty cart
    Dann the cart has 0 articles
