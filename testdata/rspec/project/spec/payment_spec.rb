require_relative '../lib/payment'

RSpec.describe Payment do
  it('creates a receipt') { expect(described_class.new.receipt).to be_truthy }
end
