module projectchat

go 1.26
