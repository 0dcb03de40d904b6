# A cart of the shop.
class Cart
  attr_reader :lines

  def initialize
    @lines = Hash.new(0)
  end

  def add(sku, count = 1)
    raise ArgumentError, "count must be positive, not #{count}" unless count.positive?

    lines[sku] += count
  end

  def size
    lines.values.sum
  end
end
