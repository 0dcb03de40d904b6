export const gross = (net, rate) => Math.round(net * (100 + rate)) / 100
export const format = (amount, locale) =>
  new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(amount)
