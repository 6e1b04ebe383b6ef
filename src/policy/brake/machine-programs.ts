/**
 * Whether a program administers the machine, its users, its services or its remote shells: what it is told to do cannot be judged
 * by its words. Most of what Debian keeps in `sbin` is in here, and its kin of other systems.
 */
export const administers = (name: string): boolean => names.has(name) || families.test(name);

/** Whether a program speaks to something remote, or sends messages: only looking is open to it. */
export const speaksRemotely = (name: string): boolean => remote.has(name);

const names = new Set(
  // Disks, partitions, file systems.
  (
    "accessdb addpart delpart resizepart partx partclone partimage fatlabel dosfslabel e2label e2fsadm e2image e2undo e4crypt e4defrag exfatlabel " +
    "blkdeactivate blkid blkzone blockdev cgdisk fixparts clonezilla dcfldd ddrescue dd_rescue ddrescueview wipe srm sfill sswap smem-secure nwipe scrub dumpe2fs " +
    "findfs fsadm fsfreeze fstab-decode growpart hdparm sdparm smartctl smartd ledctl lvm lvchange lvconvert lvextend lvreduce lvrename lvresize " +
    "vgchange vgexport vgextend vgimport vgmerge vgreduce vgrename pvchange pvmove pvresize mdmon multipath multipathd dmeventd dmstats thin_repair cache_repair bcache " +
    "mount.nfs mount.cifs sshfs fusermount fusermount3 ntfsfix ntfsclone ntfsresize ntfslabel xfs_repair xfs_admin xfs_growfs xfs_io reiserfstune jfs_tune swaplabel " +
    "bcachefs zdb zed zramctl zramstart iscsiadm iscsid tgtadm targetcli nbd-client nbd-server qemu-nbd rbd ceph rados gluster drbdadm drbdsetup veracrypt cryptmount luksipc udisksctl gparted kpartx " +
    "eject sg_map sg_raw sg_write_buffer hdiutil asr newfs newfs_apfs newfs_hfs fsck_apfs gpt fdesetup tmutil diskpart bdeunlock quotaon quotaoff quotacheck edquota setquota xfs_quota repquota fallocate_raw " +
    // Power, boot, firmware, kernel.
    "acpi_call acpid bootctl kernel-install update-initramfs mkinitramfs mkinitcpio dracut lilo syslinux extlinux isolinux grub-mkconfig grub2-mkconfig grub2-install grub-reboot grub-set-default grub-editenv " +
    "grubby refind-install sbctl mokutil fwupdmgr fwupdtool flashrom biosdecode dmidecode ipmitool racadm bmc-config cpupower cpufreq-set tuned-adm powertop tlp tlp-stat thinkfan pm-suspend pm-hibernate s2ram s2disk " +
    "kmod depmod weak-modules dkms modinfo_raw rmmod insmod kexec kdump crash livepatch kpatch bpftool bpftrace perf_kernel trace-cmd crashctl sysrq ctrlaltdel runlevel rc openrc openrc-shutdown shutdown.sh systemd-sysext systemd-tmpfiles systemd-sysusers " +
    "systemd-nspawn systemd-cryptenroll systemd-machine-id-setup systemd-firstboot systemd-mount systemd-umount systemd-run resolvectl networkctl homectl userdbctl portablectl busctl oomctl coredumpctl udevadm udevd mdev vbetool setpci chcpu chmem " +
    // Services and schedulers.
    "invoke-rc.d start-stop-daemon supervisorctl supervisord monit pm2 forever s6-rc s6-svc s6-svscan runsv runsvdir svc svscan dinitctl initctl tini dumb-init daemon daemonize daemontools xinetd inetd cron crond fcron fcrontab systemd systemd-cat-daemon " +
    "inotifywait-daemon incrond incrontab nssm sc schtasks srvadmin a2enmod a2dismod a2ensite a2dissite apachectl apache2ctl nginx httpd lighttpd caddy haproxy named rndc unbound-control dnsmasq postfix postsuper postqueue exim exim4 sendmail-bin dovecot doveadm " +
    "slapd smbd smbpasswd pdbedit net nmbd winbindd samba-tool sshd ssh-agent ssh-add ssh-copy-id vsftpd proftpd squid varnishd cupsd cupsctl cupsdisable cupsenable lpadmin cancel lprm accept reject rabbitmq-server " +
    // Network and firewall.
    "ipset ipvsadm ebtables arptables xtables-multi xtables-nft-multi iptables-save iptables-restore ip6tables-restore nft ufw firewalld fail2ban-client csf shorewall conntrack ethtool mii-tool iwconfig iw iwlist wpa_cli wpa_supplicant hostapd rfkill " +
    "bridge vconfig ifup ifdown ifquery ifenslave dhclient dhcpcd udhcpc pump netplan nmtui nm-online wg wg-quick openvpn tailscale tailscaled zerotier-cli nebula openconnect vpnc pppd pppoe chap-secrets slattach route6 iptunnel ipmaddr nameif arping arpspoof ettercap " +
    "tcpdump tshark dumpcap nmap masscan zmap hping3 hydra john hashcat aircrack-ng airmon-ng macchanger dcb devlink genl rtmon tipc vdpa netsh scutil networksetup airport nettop ovs-vsctl ovs-ofctl tunctl openvt resolvconf " +
    // Accounts and rights.
    "add-shell remove-shell chgpasswd cppw cpgr faillock faillog groupmems groupmod grpck grpconv grpunconv lastlog newusers newuidmap newgidmap nologin pam-auth-update pam_tally2 pwck pwconv pwunconv shadowconfig sulogin vigr usermod.shadow unix_chkpwd " +
    "unix_update update-passwd userhelper ssh-keygen-host sss_cache realm adcli kadmin kadmin.local kinit kdestroy kpasswd ldapadd ldapdelete ldapmodify ldappasswd setfattr setfacl chcon runcon selinuxenabled semodule setsebool fixfiles load_policy restorecond " +
    "aa-enforce aa-complain aa-disable apparmor_parser getcap setcap getpcaps capsh bwrap firejail proot fakechroot fakeroot fakeroot-ng schroot dchroot switch_root pivot_root nsenter unshare lxc-attach su1 sux sudo-rs sudo_logsrvd sudoreplay please dzdo pfexec calife super calife op-root " +
    "dscl dseditgroup sysadminctl security tccutil spctl profiles systemsetup defaults kextload kextunload kextutil nvram scselect launchctl " +
    // Packages and settings of the system.
    "dpkg-divert dpkg-statoverride dpkg-trigger apt-key add-apt-repository apt-mark apt-file alien checkinstall debconf-set-selections tasksel unattended-upgrade do-release-upgrade emerge equery xbps-install xbps-remove eopkg swupd nala yay paru pamac makepkg " +
    "rpm-ostree ostree transactional-update snapper timeshift softwareupdate installer pkgutil mas port-admin msiexec pkg pkg_add pkg_delete pkgin guix nix-env nix-collect-garbage nixos-rebuild home-manager darwin-rebuild nix-store nix-channel " +
    "locale-gen update-locale update-java-alternatives update-ca-certificates update-ca-trust trust update-catalog update-icon-caches update-shells update-xmlcatalog update-mime-database gsettings dconf gconftool-2 kwriteconfig5 kwriteconfig6 xdg-mime xdg-settings " +
    // Clocks, sound, radio, screen.
    "adjtimex ntpd ntpdate sntp chronyd chronyc hwclock timedatex amixer alsactl pactl pacmd pw-cli wpctl bluetoothctl hciconfig hcitool btmgmt rfcomm xrandr xset xinput xdotool ydotool wtype xhost xkill wmctrl setterm setfont loadkeys kbd_mode chvt brightnessctl light xbacklight v4l2-ctl " +
    // Containers' low-level tools and hypervisors.
    "runc crun youki ctr crictl containerd containerd-shim dockerd podman-remote buildkitd kubelet kubeadm kube-proxy k3s k0s microk8s rke rke2 lxc lxd incus lxc-start lxc-stop lxc-destroy virsh virt-install virt-manager virt-clone qemu-img qemu-system-x86_64 qemu-system-aarch64 " +
    "kvm VBoxManage vboxmanage vmrun prlctl utmctl xl xm multipass lima limactl colima firecracker cloud-hypervisor machinectl distrobox toolbox flatpak-spawn host-spawn etcd " +
    // Remote shells, tunnels and what runs text or programs for somebody else.
    "autossh sshpass dbclient dropbear mosh mosh-server et rsh rlogin rexec rcp remsh pdsh dsh clush pssh parallel-ssh cssh winrs psexec wsl wmic telnetd ngrok cloudflared localtunnel lt bore frpc frps chisel ssf gost sshuttle proxychains proxychains4 tsocks torsocks stunnel " +
    "pwncat rlwrap-nc cryptcat sbd dns2tcp iodine ptunnel xfreerdp rdesktop vncviewer x11vnc Xvnc mstsc gotty ttyd wetty shellinabox tmate osascript automator open xdg-open start rundll32 regsvr32 mshta cscript wscript certutil bitsadmin reg regedit bcdedit vssadmin cipher takeown icacls " +
    "dbus-send gdbus qdbus dbus-run-session busybox.static ld.so ld-linux.so ld-linux-x86-64.so.2 memdump gcore reptyr criu dirtycow stress stress-ng fork-bomb sysbench killall.sh pkill.sh slay killp fkill lsof-kill pgrep-kill skill snice renice ionice_all prlimit_all cgexec cgcreate cgdelete cgset cgclassify numactl_all " +
    // Other agents, and what rewrites history.
    "claude codex gemini aider cursor-agent cursor goose opencode amp crush copilot qwen cline cyberdeck code windsurf zed bfg reposurgeon git-filter-repo git-filter-branch git-obliterate " +
    "mail mailx mutt neomutt sendmail msmtp ssmtp swaks telegram-send slackcat ntfy apprise pushover wall write talk"
  ).split(" "),
);

/** By what the names begin or end with. `python3.15` and `bash5` are still what they are. */
const families =
  /^(?:mkfs|fsck|mount|umount|lv|vg|pv|zpool|zfs|btrfs|grub|update-|systemd-|systemctl|iptables|ip6tables|arptables|ebtables|user(?:add|del|mod)|group(?:add|del|mod)|pam[_-]|e2|xfs_|ntfs|resize|sg_|lxc-|virt-|qemu-|firewall|ss[hl]d|apt-|dpkg-|rpm-|crypt|luks|virsh|snap-|dnf|yum|zypp|dm[-_]|nvme|isc[-_])(?:$|.*)|ctl$|sudo|^git-|(?:^|[-_.])(?:su|doas|chroot|setuid|daemon|adm|admin|service)(?:$|[-_.])|^(?:python|pypy|perl|ruby|node|nodejs|php|lua|luajit|tclsh|wish|guile|bash|zsh|dash|ksh|mksh|ash|sh|fish|csh|tcsh|rc|es|osh|ysh|pwsh|irb|scheme|chez|gosh|sbcl|clisp|ecl|gsi|csi|janet|hy|io|rexx|qjs|d8|js|jsc|rhino|awk|expect)[\d.-]*$/;

const remote = new Set(
  (
    "vault nomad op bw bws pass gopass lpass fastly civo exo exoscale upctl vultr vultr-cli linode upcloud stripe twilio auth0 okta newrelic datadog-ci sentry-cli cf bosh rosa ocm tkn velero linkerd cilium temporal tctl " +
    "kaf kcat kafkacat rpk confluent ccloud nats rabbitmqadmin rabbitmqctl etcdctl zkcli influx cqlsh cypher-shell mc s3cmd s5cmd b2 restic borg duplicity duplicati kopia rustic jira acli slack discord supabase neonctl planetscale pscale turso hasura atlas " +
    "dolt cbq couchbase-cli arangosh curator elasticdump opensearch-cli mqtt mosquitto_pub mosquitto_sub redis-benchmark grpcurl websocat wscat evans cosign notation scout tctx akamai cloudsmith jfrog jf nexus conjur teleport tsh boundary waypoint okteto garden tilt devspace " +
    "skaffold werf ko kapp ytt acorn porter spin doppler infisical chamber sops age-plugin infracost scalr spacectl env0 tfc tfe databricks snow snowsql presto trino athenacli hcp rhoas oci-cli gam clasp apphosting appwrite convex amplitude posthog-cli expo eas codepush appcenter transporter altool zappa chalice claudia helmfile helmsman kamal cap capistrano copilot ecs-cli nixops deploy-rs colmena morph dokku flynn caprover ansistrano " +
    "shipit mina dpl apex up architect arc begin cdktf cdk8s sam samcli ecs lambda ngrok sfdx sf shopify wp drush platform lando acquia terminus pantheon kamel faas-cli fission nuctl kn func azd swa mongocli atlascli cloudctl hz rancher"
  ).split(" "),
);
