/** The cmdlets that the brake knows, by what they do, and the short names that people use for them. */
const short: Record<string, string> = Object.fromEntries(
  (
    "gci=get-childitem ls=get-childitem dir=get-childitem gc=get-content cat=get-content type=get-content gi=get-item gl=get-location pwd=get-location " +
    "gps=get-process ps=get-process gsv=get-service gcm=get-command gm=get-member gp=get-itemproperty select=select-object sls=select-string sort=sort-object " +
    "measure=measure-object group=group-object ft=format-table fl=format-list fw=format-wide echo=write-output write=write-output diff=compare-object " +
    "rvpa=resolve-path sleep=start-sleep sl=set-location cd=set-location chdir=set-location pushd=push-location popd=pop-location ?=where-object where=where-object " +
    "%=foreach-object foreach=foreach-object ri=remove-item rm=remove-item del=remove-item erase=remove-item rd=remove-item rmdir=remove-item sc=set-content " +
    "ac=add-content ni=new-item mkdir=new-item md=new-item cp=copy-item cpi=copy-item copy=copy-item mv=move-item mi=move-item move=move-item rni=rename-item " +
    "ren=rename-item clc=clear-content tee=tee-object iwr=invoke-webrequest wget=invoke-webrequest curl=invoke-webrequest irm=invoke-restmethod spps=stop-process " +
    "kill=stop-process h=get-history history=get-history gal=get-alias gv=get-variable oh=out-host sv=set-variable"
  )
    .split(" ")
    .map((pair) => pair.split("=") as [string, string]),
);

/** The full name of a cmdlet, in lower case. */
export const cmdletOf = (name: string): string => {
  const lower = name.toLowerCase();
  return Object.hasOwn(short, lower) ? (short[lower] ?? lower) : lower;
};

/** Cmdlets that show, calculate, or change nothing that stays. */
export const looking: ReadonlySet<string> = new Set(
  (
    "get-childitem get-content get-item get-location get-process get-service get-date get-host get-command get-help get-member get-itemproperty " +
    "get-itempropertyvalue get-filehash get-alias get-module get-variable get-history get-psdrive get-eventlog get-winevent get-ciminstance get-acl get-culture " +
    "get-computerinfo get-random get-unique get-timezone get-nettcpconnection get-netipaddress get-package get-job receive-job wait-job test-path test-json " +
    "select-object select-string select-xml sort-object measure-object measure-command group-object format-table format-list format-wide format-hex out-string " +
    "out-host out-null out-default write-host write-output write-verbose write-warning write-error write-information write-debug write-progress convertfrom-json " +
    "convertto-json convertfrom-csv convertto-csv convertto-html convertto-xml import-csv import-clixml compare-object resolve-path split-path join-path " +
    "convert-path test-connection start-sleep pop-location clear-host set-strictmode new-timespan new-guid new-object-none get-error tree whoami hostname"
  ).split(" "),
);

/** Cmdlets that write, move or remove files, with the parameters that name them besides the words without a name. */
export const changing: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    "remove-item": "-path -literalpath -lp",
    "set-content": "-path -literalpath",
    "add-content": "-path -literalpath",
    "clear-content": "-path -literalpath",
    "out-file": "-filepath -path -literalpath",
    "tee-object": "-filepath -path -literalpath",
    "new-item": "-path -name",
    "copy-item": "-destination",
    "move-item": "-path -literalpath -destination",
    "rename-item": "-path -literalpath -newname",
    "compress-archive": "-destinationpath",
    "expand-archive": "-destinationpath",
    "export-csv": "-path -literalpath",
    "export-clixml": "-path -literalpath",
  }).map(([name, parameters]) => [name, new Set(parameters.split(" "))]),
);

/** Parameters without a value. */
export const switches: ReadonlySet<string> = new Set(
  (
    "-recurse -force -fo -r -re -rec -recu -recur -passthru -whatif -confirm -append -noclobber -nonewline -asbytestream -raw -wait -verbose -debug -update " +
    "-notypeinformation -nti -hidden -file -directory -system -readonly -name-only -quiet -list -simplematch -casesensitive -allmatches -descending -unique " +
    "-usebasicparsing -skipcertificatecheck -ashashtable -compress -asarray -leaf -parent -isvalid -autosize -wrap -line -word -character -sum -average -maximum -minimum"
  ).split(" "),
);
