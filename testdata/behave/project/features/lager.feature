# language: de
Funktionalität: Lager
  Szenario: Tee ist da
    Angenommen a cart with 1 article
    Dann the customer gets an e-mail

  @depot
  Szenario: Depot ist geöffnet
    Angenommen a cart with 1 article
