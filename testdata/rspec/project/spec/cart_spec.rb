require_relative '../lib/cart'

RSpec.describe Cart do
  subject(:cart) { described_class.new }

  it { is_expected.to have_attributes(size: 0) }

  describe '#add' do
    it 'creates a line' do
      cart.add('tea')
      expect(cart.size).to eq 1
    end

    context "with <b> & \"q\", Größe, 绿茶 🫖 and e\u0301" do
      it "keeps the name cre\u0301me" do
        puts '[[DEFECT|SHOP-7]] <name> ]]> & more'
        cart.add("cre\u0301me")
        expect(cart.lines.keys).to eq ["cr\u00e9me"]
      end
    end

    [0, -1].each do |count|
      it "refuses #{count}" do
        expect { cart.add('tea', count) }.to raise_error(ArgumentError)
      end
    end

    [1, 2, 100].each do |count|
      it "takes #{count} pieces" do
        cart.add('tea', count)
        expect(cart.size).to be <= 99
      end
    end
  end

  describe '#remove' do
    it 'creates an empty line' do
      cart.remove('tea')
    end

    it 'asks before the last line goes'

    it 'is undone', skip: 'no undo yet' do
      cart.undo
    end

    it 'is fast' do
      pending 'SHOP-31: a slow query'
      expect(1.2).to be < 0.1
    end
  end

  describe '#save' do
    before(:context) { raise IOError, 'disk is full' }

    it('creates a file') { expect(1).to eq 1 }
    it('has a date') { expect(1).to eq 1 }
  end
end
