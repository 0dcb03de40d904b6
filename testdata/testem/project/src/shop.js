window.Shop = { fee: function (zone, cents) { if (zone === 'moon') throw new RangeError('no carrier to <moon> & "back"'); return cents >= 5000 ? 0 : 490; } };
