import { always, spelled, table, type Handler, type Run } from "../run.ts";

/** Commands for the machine as a whole: disks, power, services, kernel, accounts, schedulers. */
export const machineCommands: [string, Handler][] = [
  ...table(
    "mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.f2fs mke2fs mkswap swapon swapoff fdisk sfdisk cfdisk gdisk " +
      "sgdisk parted partprobe wipefs blkdiscard badblocks hdparm nvme sg_format dmsetup cryptsetup losetup mdadm lvremove vgremove " +
      "pvremove lvcreate vgcreate pvcreate zpool zfs btrfs tune2fs resize2fs e2fsck fsck debugfs mount umount fstrim " +
      "shutdown reboot poweroff halt init telinit kexec service rc-service rc-update initctl launchctl sv " +
      "insmod rmmod modprobe iptables ip6tables nft ufw firewall-cmd ebtables tc nmcli brctl " +
      "useradd userdel usermod adduser deluser groupadd groupdel groupmod addgroup delgroup passwd chpasswd chage chsh chfn vipw gpasswd " +
      "hwclock setenforce setsebool semanage restorecon update-grub grub-install efibootmgr dpkg-reconfigure " +
      "update-alternatives ldconfig depmod setcap systemsetup csrutil diskutil spctl pmset nvram bless rtcwake loginctl localectl " +
      "swapctl wall mesg pfctl kpartx ntpdate chronyc auditctl",
    always("system-control"),
  ),
  ...table("launchctl", (run) => {
    if (!/^(?:list|print|print-disabled|version|help)$/.test(run.args[0]?.text ?? "")) always("system-control")(run);
  }),
  ...table("mount swapon", (run) => {
    const shows = run.args.every((arg) => /^(?:-l|--show(?:=[\w,]+)?|-s|--summary|--noheadings)$/.test(arg.text));
    if (!shows || (run.name === "swapon" && run.args.length === 0)) always("system-control")(run);
  }),
  ...table("systemctl timedatectl hostnamectl hostname dmesg", manager),
  ...table("sysctl", (run) => {
    if (run.args.some((arg) => arg.kind !== "known" || /=|^-\w*[wpf]|^--(?:write|load|system)/.test(arg.text)))
      always("system-control")(run);
  }),
  ...table("ip ifconfig route arp", (run) => {
    const words = run.args.filter((arg) => !arg.text.startsWith("-")).map((arg) => arg.text);
    const options = run.args.filter((arg) => arg.text.startsWith("-")).map((arg) => arg.text);
    const looks =
      run.name === "ip"
        ? words.length <= 1 || /^(?:show|list|ls|get)$/.test(words[1] ?? "")
        : words.length <= (run.name === "arp" || run.name === "route" ? 0 : 1) &&
          !options.some((text) => /^-[ds]/.test(text));
    if (!looks || run.args.some((arg) => arg.kind !== "known")) always("system-control")(run);
  }),
  ...table("journalctl", (run) => {
    if (run.args.some((arg) => /^--(?:vacuum|rotate|flush|setup)/.test(arg.text))) always("system-control")(run);
  }),
  ...table("crontab", (run) => {
    if (run.args.length !== 1 || run.args[0]?.text !== "-l") always("persistence")(run);
  }),
  ...table("at batch atd anacron chkconfig update-rc.d", always("persistence")),
];

function manager(run: Run): void {
  const words = run.args.filter((arg) => !arg.text.startsWith("-")).map((arg) => arg.text);
  const verb = words[0] ?? "";
  if (run.name === "hostname" && words.length === 0) return;
  if (run.name === "dmesg" && run.args.every((arg) => !/^-[cCDEn]|^--(?:clear|read-clear|console)/.test(arg.text)))
    return;
  if (run.args.every((arg) => arg.kind === "known") && /^(?:status|list-\w+|is-\w+|show\w*|cat|)$/.test(verb)) return;
  run.emit(
    /^(?:enable|link|preset|add-wants)$/.test(verb)
      ? { kind: "persistence", what: spelled(run) }
      : { kind: "system-control", what: spelled(run) },
  );
}
