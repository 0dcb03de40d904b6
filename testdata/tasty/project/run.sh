ghc -v0 -outputdir build -o shop Shop.hs
./shop --xml=shop.xml --num-threads=1 || true
