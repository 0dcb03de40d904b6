with AUnit.Reporter.XML;
with AUnit.Run;
with AUnit.Test_Suites;
with Cart_Tests;

procedure Cart is
   Tests : aliased Cart_Tests.Test;
   function Suite return AUnit.Test_Suites.Access_Test_Suite is
      Result : constant AUnit.Test_Suites.Access_Test_Suite := AUnit.Test_Suites.New_Suite;
   begin
      Result.Add_Test (Tests'Unchecked_Access);
      return Result;
   end Suite;
   procedure Run is new AUnit.Run.Test_Runner (Suite);
   Reporter : AUnit.Reporter.XML.XML_Reporter;
begin
   Run (Reporter);
end Cart;
