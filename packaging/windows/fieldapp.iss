; Inno Setup 6: one installer per user, no administrator needed.
; From the root of the tree, after `python -m PyInstaller fieldapp.spec`:
;     iscc /DVersion=0.1.0 packaging\windows\fieldapp.iss
; Result: build\packages\fieldapp-VERSION-windows.exe

#ifndef Version
  #define Version "0.0.0"
#endif
#ifndef Frozen
  #define Frozen "..\..\dist\fieldapp"
#endif

[Setup]
AppId={{6E0C4A52-5B0E-4F0B-9D3B-4B5C0F6E7A31}
AppName=fieldapp
AppVersion={#Version}
AppPublisher=fieldapp
LicenseFile=..\..\LICENSE
DefaultDirName={autopf}\fieldapp
DefaultGroupName=fieldapp
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
Compression=lzma2
SolidCompression=yes
OutputDir=..\..\build\packages
OutputBaseFilename=fieldapp-{#Version}-windows
UninstallDisplayIcon={app}\fieldapp.exe
CloseApplications=yes
WizardStyle=modern

[Languages]
Name: "french"; MessagesFile: "compiler:Languages\French.isl"
Name: "english"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"

; An update leaves no file of the version before in the program's folder. The records lie elsewhere and stay.
[InstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Frozen}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\fieldapp"; Filename: "{app}\fieldapp.exe"
Name: "{autodesktop}\fieldapp"; Filename: "{app}\fieldapp.exe"; Tasks: desktopicon

[Run]
Filename: "{app}\fieldapp.exe"; Description: "{cm:LaunchProgram,fieldapp}"; Flags: nowait postinstall skipifsilent
