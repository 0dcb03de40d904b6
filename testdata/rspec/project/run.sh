rspec --format RspecJunitFormatter --out shop.xml spec/cart_spec.rb spec/login_spec.rb
rspec --format RspecJunitFormatter --out load-error.xml spec/payment_spec.rb
rspec --format json --out shop.json spec/cart_spec.rb spec/login_spec.rb
