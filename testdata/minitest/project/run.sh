ruby -Itest test/cart_test.rb --seed 1 || true
mv test/reports/*.xml . && rmdir test/reports
