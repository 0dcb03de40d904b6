mcs -target:library -out:shop.dll -pkg:nunit CartTest.cs
nunit-console shop.dll -nologo -result=TestResult.xml || true
rm -f shop.dll
