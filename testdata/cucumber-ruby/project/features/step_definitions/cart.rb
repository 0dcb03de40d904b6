Given(/^an empty cart$/) { @cart = 0 }
When(/^I add (\d+) articles$/) { |count| @cart += count.to_i }
Then(/^the cart holds (\d+) articles$/) { |count| raise "the cart holds #{@cart}, not #{count}" unless @cart == count.to_i }
Then(/^it is built later$/) { pending }
