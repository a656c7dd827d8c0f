/** Emoji by their `:name:`, in the palette's order. */
export const emoji: Readonly<Record<string, string>> = Object.fromEntries(
	`smile 😄 laughing 😆 joy 😂 rofl 🤣 slight_smile 🙂 wink 😉 blush 😊 heart_eyes 😍 star_struck 🤩
kissing_heart 😘 yum 😋 stuck_out_tongue 😛 sunglasses 😎 nerd 🤓 thinking 🤔 shushing 🤫 neutral 😐
smirk 😏 unamused 😒 roll_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleeping 😴 mask 😷 cold_sweat 😰
scream 😱 cry 😢 sob 😭 angry 😠 rage 😡 exploding_head 🤯 flushed 😳 pleading 🥺 party 🥳 cowboy 🤠
clown 🤡 ghost 👻 skull 💀 alien 👽 robot 🤖 poop 💩 cat 🐱 dog 🐶 monkey 🐒 see_no_evil 🙈 unicorn 🦄
bee 🐝 turtle 🐢 penguin 🐧 thumbsup 👍 thumbsdown 👎 ok_hand 👌 clap 👏 raised_hands 🙌 pray 🙏
handshake 🤝 wave 👋 fingers_crossed 🤞 v ✌️ muscle 💪 point_up ☝️ point_right 👉 point_down 👇 eyes 👀
brain 🧠 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜
broken_heart 💔 sparkles ✨ star ⭐ fire 🔥 boom 💥 hundred 💯 zap ⚡ sun ☀️ rainbow 🌈 cloud ☁️ snowflake ❄️
umbrella ☔ moon 🌙 earth 🌍 rose 🌹 sunflower 🌻 tree 🌳 cactus 🌵 four_leaf_clover 🍀 apple 🍎 banana 🍌
strawberry 🍓 avocado 🥑 pizza 🍕 burger 🍔 fries 🍟 taco 🌮 sushi 🍣 cake 🍰 birthday 🎂 cookie 🍪
chocolate 🍫 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine 🍷 tada 🎉 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅
soccer ⚽ basketball 🏀 tennis 🎾 dart 🎯 game 🎮 dice 🎲 art 🎨 music 🎵 guitar 🎸 movie 🎬 camera 📷
phone 📱 computer 💻 keyboard ⌨️ bulb 💡 book 📖 books 📚 pencil ✏️ memo 📝 calendar 📅 pushpin 📌
paperclip 📎 scissors ✂️ lock 🔒 key 🔑 hammer 🔨 wrench 🔧 gear ⚙️ link 🔗 mag 🔍 bell 🔔 mega 📣
hourglass ⏳ alarm ⏰ money 💰 chart 📈 rocket 🚀 car 🚗 bus 🚌 train 🚆 bike 🚲 plane ✈️ ship 🚢
house 🏠 office 🏢 tent ⛺ mountain ⛰️ beach 🏖️ check ✅ x ❌ warning ⚠️ question ❓ exclamation ❗
plus ➕ recycle ♻️ no_entry ⛔ sos 🆘 new 🆕 up 🆙 checkered_flag 🏁 white_flag 🏳️`
		.split(/\s+/)
		.reduce<[string, string][]>((pairs, word, at, words) => {
			if (at % 2 === 1) pairs.push([words[at - 1] ?? '', word]);
			return pairs;
		}, []),
);
