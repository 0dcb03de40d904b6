console.log(`TAP version 13
1..4
ok 1 customer has a name
not ok 2 customer has a <b>house</b> & "garden"
  ---
  message: 'no house for O''Hara'
  severity: fail
  ...
ok 3 customer is greeted # SKIP no voice
not ok 4 Größe der Kundin # TODO SHOP-3`);
