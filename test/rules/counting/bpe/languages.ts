/** A few sentences in each of fifteen languages, written for these tests. */
export const languages: Readonly<Record<string, string>> = {
  english:
    "The lighthouse keeper couldn't sleep, so he'd counted every ship that passed: 1,204 since midnight. WE'LL SEE, he said; they're late.",
  german:
    'Der Leuchtturmwärter konnte nicht schlafen; Straßenbahnhaltestellen und Überschwemmungsgebiete gingen ihm durch den Kopf, und „größer“ war keines.',
  french:
    "Le gardien du phare ne dormait pas : il avait compté 1 204 navires depuis minuit. L'été s'achevait, n'est-ce pas ? Où donc étaient-ils allés…",
  spanish:
    '¿Quién cuenta los barcos a medianoche? El farero, ¡claro!, que no podía dormir desde que el niño le preguntó cuántos habían pasado por el cañón.',
  polish:
    'Latarnik nie mógł zasnąć, więc policzył wszystkie statki, które przepłynęły od północy. Źdźbło trawy drżało, gdy powiedział: „zażółć gęślą jaźń”.',
  turkish:
    'Fener bekçisi uyuyamadı; gece yarısından beri geçen bütün gemileri saydı. İstanbul’un ışıkları söndüğünde, "Iğdır’a mı gidiyorsunuz?" diye sordu.',
  vietnamese:
    'Người gác hải đăng không ngủ được, nên ông đếm từng con tàu đi qua từ nửa đêm. Trời sáng rồi, ông nói: “Một nghìn hai trăm linh bốn”.',
  russian:
    'Смотритель маяка не мог уснуть и пересчитал все корабли, прошедшие с полуночи: тысяча двести четыре. «Ещё один», — сказал он, подъезжая к берегу.',
  greek:
    'Ο φαροφύλακας δεν μπορούσε να κοιμηθεί, γι’ αυτό μέτρησε όλα τα πλοία που πέρασαν από τα μεσάνυχτα· χίλια διακόσια τέσσερα, είπε, ΚΑΙ ΔΕΝ ΤΕΛΕΙΩΣΕ.',
  arabic:
    'لم يستطع حارس المنارة أن ينام، فعدّ السفن التي مرّت منذ منتصف الليل: ١٢٠٤ سفن. ثم قال: «هل تأخّروا؟» وأطفأ المصباح.',
  hebrew:
    'שומר המגדלור לא הצליח להירדם, ולכן ספר את כל הספינות שעברו מאז חצות: 1,204. הוּא אָמַר: "האם הן מאחרות?" וכיבה את האור.',
  hindi: 'प्रकाशस्तंभ का रखवाला सो नहीं सका, इसलिए उसने आधी रात से गुज़रे सभी जहाज़ गिने: १२०४। फिर उसने पूछा, "क्या वे देर से आएँगे?"',
  chinese:
    '灯塔看守人睡不着，于是他数了数午夜以来经过的每一艘船：一千二百零四艘。他说：“还有一艘呢？”然后关上了灯，等待天亮。',
  japanese:
    '灯台守は眠れなかったので、真夜中から通り過ぎた船をすべて数えた。千二百四隻。「まだ来ないのか？」と彼は言い、ランプを消して夜明けを待った。',
  korean:
    '등대지기는 잠을 이룰 수 없어서 자정부터 지나간 배를 모두 세었다. 천이백네 척이었다. "아직 안 왔나요?" 하고 그는 물으며 불을 껐다.',
  thai: 'ผู้ดูแลประภาคารนอนไม่หลับ เขาจึงนับเรือทุกลำที่ผ่านไปตั้งแต่เที่ยงคืน ได้หนึ่งพันสองร้อยสี่ลำ แล้วเขาก็ถามว่า “ยังไม่มาอีกหรือ”',
};
