import Test.Tasty
import Test.Tasty.HUnit
import Test.Tasty.Runners.AntXML (antXMLRunner)

main :: IO ()
main = defaultMainWithIngredients (antXMLRunner : defaultIngredients) shop

shop :: TestTree
shop =
  testGroup
    "Shop"
    [ testGroup
        "Cart"
        [ testCase "adds" (length (replicate 2 'a') @?= 2),
          testCase "takes the last article" (length "a" @?= 0),
          testGroup "Price" [testCase "adds" (1 + 1 @?= (2 :: Int)), testCase "fails" (error "no price")]
        ],
      testGroup "Customer.address" [testCase "adds" (return ()), testCase "prints Straße 5" (return ())],
      testCase "opens" (return ())
    ]
