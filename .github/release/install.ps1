# Installs the program of a release of tq-import on Windows (or with PowerShell elsewhere): no administrator, no compiler.
#
#   install.ps1 [-To DIRECTORY] [-Version VERSION] [-From URL_OR_DIRECTORY]
#
# -To       where the program is placed, by default %LOCALAPPDATA%\Programs\tq-import
# -Version  a release other than the one that this script belongs to
# -From     where the archives and sums.txt are, for mirrors
param(
    [string]$To = '',
    [string]$Version = '@VERSION@',
    [string]$From = ''
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$repository = '@REPOSITORY@'
$Version = $Version -replace '^v', ''
if ($Version -notmatch '^[0-9A-Za-z.-]+$') { throw "-Version must be a release such as 1.2.3, not `"$Version`"" }
if (-not $From) { $From = "$repository/releases/download/v$Version" }
$From = $From -replace '[/\\]$', ''

# Windows PowerShell 5 runs on Windows only and does not know these variables.
$onLinux = (Test-Path variable:IsLinux) -and $IsLinux
$onMac = (Test-Path variable:IsMacOS) -and $IsMacOS
# Of the machine, not of this process: Windows on ARM translates programs for x64.
$processor = [System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString()
$processor = switch ($processor) {
    'X64' { 'x86_64' }
    'Arm64' { 'aarch64' }
    default { throw "there is no release for $processor; build it: cargo install --locked --git $repository" }
}
$ending = ''
if ($onLinux) { $target = "$processor-unknown-linux-musl"; $packed = 'tar.gz' }
elseif ($onMac) { $target = "$processor-apple-darwin"; $packed = 'tar.gz' }
else { $target = "$processor-pc-windows-msvc"; $packed = 'zip'; $ending = '.exe' }
$name = "tq-import-$Version-$target"
$archive = "$name.$packed"
if (-not $To) {
    $To = if ($onLinux -or $onMac) { Join-Path $HOME '.local/bin' } else { Join-Path $env:LOCALAPPDATA 'Programs\tq-import' }
}

$new = $null
$work = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $work | Out-Null
function Get-ReleaseFile([string]$file) {
    $path = Join-Path $work $file
    if ($From -match '^https?://') {
        try { Invoke-WebRequest -UseBasicParsing -Uri "$From/$file" -OutFile $path }
        catch { throw "cannot download $From/$file ($($_.Exception.Message)): check the version and the network, then run it again" }
    }
    else { Copy-Item -LiteralPath (Join-Path $From $file) -Destination $path }
    $path
}
try {
    # Windows PowerShell 5 may still offer only what servers no longer accept.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    $sums = Get-Content -LiteralPath (Get-ReleaseFile 'sums.txt')
    $wanted = $sums | ForEach-Object { $sum, $file = $_ -split '\s+', 2; if ($file -eq $archive) { $sum } } | Select-Object -Last 1
    if (-not $wanted) { throw "$From/sums.txt does not list ${archive}: this release has no program for this machine" }
    $path = Get-ReleaseFile $archive
    $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $path).Hash
    if ($found -ne $wanted) { throw "checksum mismatch: the SHA-256 of $archive is $found, expected $wanted. Nothing was installed" }
    if ($packed -eq 'zip') { Expand-Archive -LiteralPath $path -DestinationPath $work }
    else { tar -xzf $path -C $work; if ($LASTEXITCODE -ne 0) { throw "cannot unpack $archive" } }
    New-Item -ItemType Directory -Force -Path $To | Out-Null
    # Tried before it replaces anything.
    $new = Join-Path $To ".tq-import-$PID$ending"
    Copy-Item -Force -LiteralPath (Join-Path (Join-Path $work $name) "tq-import$ending") -Destination $new
    if ($onLinux -or $onMac) { chmod 755 $new }
    $printed = & $new --version
    if ($LASTEXITCODE -ne 0) { throw "the program in $archive does not run on this machine. Nothing was installed" }
    $program = Join-Path $To "tq-import$ending"
    try { Move-Item -Force -LiteralPath $new -Destination $program }
    catch { throw "cannot replace $program ($($_.Exception.Message)): end it if it is running, or name another directory with -To" }
    Write-Output "installed $printed as $program"
    if (($env:PATH -split [System.IO.Path]::PathSeparator) -notcontains $To) { Write-Output "add $To to PATH to run it as tq-import" }
}
finally {
    Remove-Item -Recurse -Force -LiteralPath $work
    if ($new -and (Test-Path -LiteralPath $new)) { Remove-Item -Force -LiteralPath $new }
}
