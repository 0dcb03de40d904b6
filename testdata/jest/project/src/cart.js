class Cart {
  constructor() { this.lines = new Map(); }
  add(sku, count = 1) {
    if (!(count > 0)) throw new RangeError(`count must be positive, not ${count}`);
    this.lines.set(sku, (this.lines.get(sku) ?? 0) + count);
    return this;
  }
  get size() { return [...this.lines.values()].reduce((a, b) => a + b, 0); }
}
const slug = (title) => title.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/\s+/g, '-');
module.exports = { Cart, slug };
