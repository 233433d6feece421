package rtx

// message is a text that the router says in the language of "console character".
type message int

const (
	invalidCommand message = iota
	illegalKeyword
	administratorOnly
	parameterCount
	incorrectPassword
	notInteger
	outOfRange
	badAddress
	selectFirst
	noTimer
	inUse
	noMemory
	saveQuestion
	saving
	restarting
	more
)

// texts are what the router says. The English ones and their Japanese forms up to selectFirst
// and of saveQuestion are [MODEL] a published simulator, "Saving …" and the Japanese
// invalidCommand [SAMPLE]; noTimer, inUse, noMemory and restarting are [K].
func texts(m message) (english, japanese string) {
	switch m {
	case invalidCommand:
		return "Invalid command name", "コマンド名を確認してください"
	case illegalKeyword:
		return "Illegal keyword", "パラメータのキーワードが認識できません"
	case administratorOnly:
		return "Administrator use only", "このコマンドは管理レベルでのみ使用できます"
	case parameterCount:
		return "Insufficient or too many parameters", "パラメータの数が不適当です"
	case incorrectPassword:
		return "Incorrect password", "パスワードが間違っています"
	case notInteger:
		return "Parameter must be an integer", "パラメータは整数で指定してください"
	case outOfRange:
		return "Parameter out of range", "パラメータが範囲を越えています"
	case badAddress:
		return "Unrecognized IP address parameter", "IPアドレスが認識できません"
	case selectFirst:
		return "Execute pp select command beforehand", "このコマンドは相手を選択してから実行してください"
	case noTimer:
		return "Rollback timer is not running", "ロールバックタイマーは動作していません"
	case inUse:
		return "Other user is using administrator mode", "他のユーザが管理モードを使用中です"
	case noMemory:
		return "Not enough memory", "メモリが不足しています"
	case saveQuestion:
		return "Save new configuration ? (Y/N)", "新しい設定を保存しますか? (Y/N)"
	case saving:
		return "Saving ... CONFIG%d Done .", "セーブ中... CONFIG%d 終了"
	case restarting:
		return "Restarting ...", "再起動します ..."
	}
	return "---more---", "---つづく---"
}

// portNumber knows the names of the reference and those that captured configurations use.
func portNumber(name string) (int, bool) {
	n, ok := map[string]int{
		"ftp": 21, "ftpdata": 20, "telnet": 23, "smtp": 25, "domain": 53, "gopher": 70, "finger": 79, "www": 80, "pop3": 110,
		"sunrpc": 111, "ident": 113, "ntp": 123, "nntp": 119, "snmp": 161, "syslog": 514, "printer": 515, "talk": 517, "route": 520,
		"uucp": 540, "submission": 587, "https": 443, "dhcps": 67, "dhcpc": 68, "netbios_ns": 137, "netbios_dgm": 138,
		"netbios_ssn": 139, "ldap": 389, "discard": 9,
	}[name]
	return n, ok
}

func protocolNumber(name string) (int, bool) {
	n, ok := map[string]int{"icmp": 1, "tcp": 6, "udp": 17, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51, "icmp6": 58}[name]
	return n, ok
}
