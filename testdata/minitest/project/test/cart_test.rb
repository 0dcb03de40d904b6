require "minitest/autorun"
require "minitest/reporters"

Minitest::Reporters.use! Minitest::Reporters::JUnitReporter.new

class CartTest < Minitest::Test
  def test_costs_nothing_when_empty = assert_equal(0, [].sum)
  def test_takes_ten_percent = assert_in_delta(90, 100 * 0.9)
  def test_refuses = assert_equal("\"90\" & <no less>", "80")
  def test_throws = raise(ArgumentError, "no price")
  def test_wraps_gifts = skip("not built")
end

module Billing
  class CartTest < Minitest::Test
    def test_is_paid = pass
  end
end

describe "Customer" do
  it("heißt Müller") { _("Müller").must_match(/ü/) }
  describe "with orders" do
    it("has some") { _(1).must_be :>, 0 }
    it("has a name") { _("x").wont_be_empty }
  end
end
