RSpec.describe 'Login' do
  describe '#add' do
    it('creates a line') { expect('ada').to start_with('a') }
  end

  it 'prüft das Kennwort' do
    aggregate_failures do
      expect('geheim').to match(/\d/)
      expect('geheim'.size).to be > 8
    end
  end
end
