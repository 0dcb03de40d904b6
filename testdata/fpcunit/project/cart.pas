program cart;

{$mode objfpc}{$H+}

uses
  SysUtils, Classes, fpcunit, testregistry, consoletestrunner;

type
  TCartTest = class(TTestCase)
  published
    procedure AddsUp;
    procedure IsWrong;
    procedure Raises;
    procedure NeedsScanner;
  end;

  TPriceTest = class(TTestCase)
  published
    procedure AddsUp;
  end;

function Total(Price, Count: Integer): Integer;
begin
  if Count < 0 then raise EArgumentException.Create('a count of less than 0 & <nothing>');
  Result := Price * Count;
end;

procedure TCartTest.AddsUp;
begin
  AssertEquals(6, Total(2, 3));
end;

procedure TCartTest.IsWrong;
begin
  AssertEquals('tea & <biscuits>', 7, Total(2, 3));
end;

procedure TCartTest.Raises;
begin
  AssertEquals(0, Total(1, -1));
end;

procedure TCartTest.NeedsScanner;
begin
  Ignore('no scanner');
end;

procedure TPriceTest.AddsUp;
begin
  AssertTrue(Total(1, 1) = 1);
end;

var
  Application: TTestRunner;
begin
  RegisterTests([TCartTest, TPriceTest]);
  Application := TTestRunner.Create(nil);
  Application.Initialize;
  Application.Run;
  Application.Free;
end.
