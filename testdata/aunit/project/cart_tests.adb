with AUnit.Assertions;

package body Cart_Tests is

   function Total (Price, Count : Integer) return Integer is
   begin
      if Count < 0 then
         raise Constraint_Error with "a count of less than 0";
      end if;
      return Price * Count;
   end Total;

   procedure Adds_Up (T : in out AUnit.Test_Cases.Test_Case'Class) is
      pragma Unreferenced (T);
   begin
      AUnit.Assertions.Assert (Total (2, 3) = 6, "six");
   end Adds_Up;

   procedure Is_Wrong (T : in out AUnit.Test_Cases.Test_Case'Class) is
      pragma Unreferenced (T);
   begin
      AUnit.Assertions.Assert (Total (2, 3) = 7, "tea and biscuits");
   end Is_Wrong;

   procedure Raises (T : in out AUnit.Test_Cases.Test_Case'Class) is
      pragma Unreferenced (T);
   begin
      AUnit.Assertions.Assert (Total (1, -1) = 0, "nothing");
   end Raises;

   overriding function Name (T : Test) return AUnit.Message_String is
      pragma Unreferenced (T);
   begin
      return AUnit.Format ("Cart");
   end Name;

   overriding procedure Register_Tests (T : in out Test) is
   begin
      AUnit.Test_Cases.Registration.Register_Routine (T, Adds_Up'Access, "adds up");
      AUnit.Test_Cases.Registration.Register_Routine (T, Is_Wrong'Access, "is wrong");
      AUnit.Test_Cases.Registration.Register_Routine (T, Raises'Access, "raises");
   end Register_Tests;

end Cart_Tests;
