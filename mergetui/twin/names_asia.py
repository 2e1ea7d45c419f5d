"""Asian cultures. Names stand in their own script where CRMs hold them so. All people and firms are invented."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from mergetui.twin.names import Culture, culture

ASIA: tuple[Culture, ...] = (
    culture(
        "ae", "United Arab Emirates", "ar-ae", "EMEA", weight=2, dial="971", native=0.35,
        male="سلطان:Sultan محمد:Muhammad راشد:Rashid سعيد:Saeed حمدان:Hamdan عمر:Omar فيصل:Faisal", female="ميثاء:Maitha شيخة:Sheikha نورة:Noura لطيفة:Latifa عائشة:Aisha ريم:Reem سارة:Sara",
        surnames="المنصوري:Al_Mansoori الكعبي:Al_Kaabi الشامسي:Al_Shamsi بن_سالم:bin_Salem الزعابي:Al_Zaabi النعيمي:Al_Nuaimi الحداد:Haddad خوري:Khoury القاسمي:Al_Qasimi الهاشمي:Al_Hashimi",
        towns="دبي,Dubai,|أبوظبي,Abu Dhabi,|الشارقة,Sharjah,", streets="Sheikh Zayed Rd, Tower #|Al Wasl Road #|P.O. Box #00", land="4 555 0###|2 555 0###", mobile="50 555 0###|55 555 0###", legal="LLC|FZ-LLC|FZCO|ذ.م.م",
        words="واحة:Oasis صقر:Saqr لؤلؤة:Lulu مرسى:Marsa", trades="للسفر:Travel للعقارات:Properties للنقل:Transport للتقنية:Technology",
    ),
    culture(
        "ir", "Iran", "fa", "EMEA", weight=1, dial="98", native=0.4,
        male="محمدرضا:Mohammadreza آرش:Arash کاوه:Kaveh بهرام:Bahram سیاوش:Siavash پویا:Pouya", female="شیرین:Shirin نسرین:Nasrin پریسا:Parisa مهسا:Mahsa گلناز:Golnaz ژاله:Zhaleh",
        surnames="حسینی:Hosseini کریمی:Karimi تهرانی:Tehrani پژوهش:Pazhouhesh گلستانی:Golestani فرهادی:Farhadi یزدی:Yazdi شاهرودی:Shahroudi چگینی:Chegini نوری:Nouri",
        towns="تهران,,11###|اصفهان,,81###|شیراز,,71###", streets="خیابان ولیعصر #|خیابان حافظ #", land="21 5550 0###|31 5550 0###", mobile="912 555 0###", legal="Co.|PJS|Ltd.",
        words="سیمرغ:Simorgh البرز:Alborz پارس:Pars زعفران:Zaferan", trades="گشت:Gasht صنعت:Sanat تجارت:Tejarat",
    ),
    culture(
        "il", "Israel", "he", "EMEA", weight=2, dial="972", native=0.4,
        male="יוסף:Yosef אברהם:Avraham דוד:David משה:Moshe עידו:Ido אורי:Uri איתי:Itai", female="נועה:Noa שירה:Shira תמר:Tamar מיכל:Michal יעל:Yael רבקה:Rivka ליאת:Liat",
        surnames="כהן:Cohen לוי:Levi מזרחי:Mizrahi פרידמן:Friedman בן_דוד:Ben_David אוחיון:Ohayon גולדשטיין:Goldstein שפירא:Shapira אזולאי:Azoulay ברק:Barak צדוק:Tzadok רוזן:Rosen",
        towns="תל אביב,,61###|ירושלים,,91###|חיפה,,31###", streets="רוטשילד #|הרצל # דירה #|שדרות בן גוריון #", land="3 555 0###|2 555 0###", mobile="50 555 0###|54 555 0###", legal='Ltd.|בע"מ|Ltd',
        words="רימון:Rimon כרמל:Carmel תבור:Tavor גליל:Galil", trades="טכנולוגיות:Technologies תיירות:Tourism מזון:Food שיווק:Marketing",
    ),
    culture(
        "in", "India", "hi", "APAC", weight=4, dial="91",
        male="Rajesh Amit Vikram Sanjay Aarav Devendra Manish Gaurav Himanshu Abhishek", female="Priya Sunita Ananya Kavita Neha Deepika Pooja Shreya Aishwarya Rekha",
        surnames="Sharma Gupta Agarwal Verma Chaturvedi Mishra Joshi Bhatnagar Desai Kulkarni Jain Trivedi Malhotra Rathore Saxena Tiwari",
        towns="Mumbai,Maharashtra,4000##|New Delhi,Delhi,1100##|Pune,Maharashtra,4110##|Ahmedabad,Gujarat,3800##", streets="#, MG Road|Flat #, Shanti Apartments|Plot No. #, Sector 5|# Nehru Marg", land="22 5550 0###|11 5550 0###|20 5550 0###", mobile="99555 50###|98555 5####", legal="Pvt. Ltd.|Pvt Ltd|Private Limited|LLP",
        words="Himalaya Ganga Lotus Surya Mayur Chandan", trades="Infotech Exports Pharma Textiles Travels",
    ),
    culture(
        "ta", "India", "ta", "APAC", weight=2, dial="91",
        male="Subramaniam Venkatesh Karthikeyan Murugan Senthil Balaji Arunachalam Prabhakaran", female="Lakshmi Meenakshi Kamala Padmavathi Revathi Saraswathi Thenmozhi Vasantha",
        surnames="Ramasamy Iyer Krishnamurthy Venkataraman Natarajan Chidambaram Pillai Nair Muthukumar Sundaram Balasubramanian S.",
        towns="Chennai,Tamil Nadu,6000##|Coimbatore,Tamil Nadu,6410##|Bengaluru,Karnataka,5600##", streets="#, Anna Salai|No. #, 2nd Cross Street|#, Gandhi Nagar", land="44 5550 0###|80 5550 0###", mobile="94455 50###|96555 5####", legal="Pvt. Ltd.|Private Limited|& Sons",
        words="Kaveri Pallava Nilgiri Marina Chola", trades="Systems Silks Motors Granites",
    ),
    culture(
        "pa", "India", "pa", "APAC", weight=1, dial="91",
        male="Harpreet Gurpreet Manjit Jaswinder Sukhdev Baljit", female="Harleen Gurleen Simran Jaspreet Amarjit Navjot", surnames="Singh/Kaur Singh_Gill/Kaur_Gill Singh_Sandhu/Kaur_Sandhu Dhillon Grewal Sidhu Bedi Ahluwalia",
        towns="Ludhiana,Punjab,1410##|Amritsar,Punjab,1430##|Chandigarh,,1600##", streets="SCO #, Sector 17|#, Model Town|# Mall Road", land="161 555 0###|172 555 0###", mobile="98155 5####", legal="Pvt. Ltd.|& Co.|Ltd",
        words="Khalsa Sutlej Sunehri Beas", trades="Transport Tractors Hosiery Overseas",
    ),
    culture(
        "bn", "Bangladesh", "bn", "APAC", weight=1, dial="880",
        male="Mohammad Abdur Shafiqul Tanvir Rafiq Imran", female="Nusrat Farhana Sharmin Taslima Jannatul Rokeya", surnames="Rahman Hossain Chowdhury Begum Islam Khatun Sarkar Talukder Majumder Bhuiyan",
        towns="Dhaka,,12##|Chattogram,,40##|Sylhet,,31##", streets="House #, Road 7, Banani|# Station Road|Holding #, Zindabazar", land="2 5555 0###", mobile="1711 555 0##|1811 555 0##", legal="Ltd.|Limited|Group",
        words="Padma Meghna Shapla Bengal", trades="Garments Agro Travels Steel",
    ),
    culture(
        "pk", "Pakistan", "ur", "APAC", weight=1, dial="92",
        male="Muhammad Bilal Hamza Usman Imran Faisal Asad Zeeshan", female="Ayesha Fatima Sana Hina Mehwish Rabia Zainab Iqra", surnames="Khan Ahmed Malik Qureshi Siddiqui Chaudhry Bhatti Mirza Hashmi Sheikh Butt Abbasi",
        towns="Karachi,Sindh,740##|Lahore,Punjab,540##|Islamabad,,440##", streets="# Mall Road|House #, Street 12, F-7|# Shahrah-e-Faisal", land="21 3555 0###|42 3555 0###", mobile="300 5550###|321 5550###", legal="(Pvt.) Ltd.|Pvt Ltd|Limited",
        words="Indus Shaheen Margalla Chenab", trades="Textiles Cement Traders Software",
    ),
    culture(
        "cn", "China", "zh-cn", "APAC", weight=4, dial="86", native=0.55,
        male="伟:Wei 强:Qiang 建国:Jianguo 志明:Zhiming 浩然:Haoran 俊杰:Junjie 文博:Wenbo 子轩:Zixuan 海涛:Haitao", female="芳:Fang 丽华:Lihua 秀英:Xiuying 婷婷:Tingting 雨桐:Yutong 晓燕:Xiaoyan 佳怡:Jiayi 梦瑶:Mengyao 静:Jing",
        surnames="王:Wang 李:Li 张:Zhang 刘:Liu 陈:Chen 杨:Yang 赵:Zhao 黄:Huang 周:Zhou 吴:Wu 徐:Xu 孙:Sun 欧阳:Ouyang 司马:Sima 诸葛:Zhuge 郑:Zheng 谢:Xie 吕:Lü",
        towns="上海,上海市,2000##|北京,北京市,1000##|深圳,广东省,5180##|杭州,浙江省,3100##", streets="南京路#号|中山大道#号#室|人民路#号|建国门外大街#号", land="21 5555 0###|10 5555 0###|755 5555 0###", mobile="139 5550 0###|186 5550 0###", legal="有限公司|Co., Ltd.|股份有限公司",
        words="华星:Huaxing 东方:Dongfang 长城:Changcheng 金龙:Jinlong 远航:Yuanhang", trades="科技:Technology 贸易:Trading 旅行社:Travel 物流:Logistics 食品:Foods",
    ),
    culture(
        "tw", "Taiwan", "zh-tw", "APAC", weight=1, dial="886", native=0.5,
        male="志豪:Chih-Hao 冠宇:Guan-Yu 家豪:Chia-Hao 宗翰:Tsung-Han 柏翰:Po-Han", female="淑芬:Shu-Fen 雅婷:Ya-Ting 怡君:Yi-Chun 美玲:Mei-Ling 佩珊:Pei-Shan",
        surnames="陳:Chen 林:Lin 黃:Huang 張:Chang 蔡:Tsai 許:Hsu 鄭:Cheng 謝:Hsieh 郭:Kuo 曾:Tseng 蕭:Hsiao 邱:Chiu", towns="台北市,,10###|高雄市,,80###|台中市,,40###", streets="忠孝東路#號|中正路#號#樓|民生路#號",
        land="2 5555 0###|7 555 0###", mobile="955 550 ###", legal="股份有限公司|Co., Ltd.|Inc.", words="玉山:Yushan 台灣之光:Taiguang 日月:Riyue 阿里:Ali", trades="電子:Electronics 茶業:Tea 旅遊:Travel 精機:Precision",
    ),
    culture(
        "jp", "Japan", "ja", "APAC", weight=4, dial="81", native=0.6,
        male="太郎:Taro 健一:Kenichi 翔太:Shota 大輔:Daisuke 雄一郎:Yuichiro 蓮:Ren 誠:Makoto 浩二:Koji 直樹:Naoki", female="花子:Hanako 美咲:Misaki 陽子:Yoko 由美子:Yumiko さくら:Sakura 結衣:Yui 恵子:Keiko 千尋:Chihiro 愛:Ai",
        surnames="山田:Yamada 佐藤:Sato 鈴木:Suzuki 高橋:Takahashi 渡辺:Watanabe 伊藤:Ito 小林:Kobayashi 斎藤:Saito 大野:Ohno 長谷川:Hasegawa 三浦:Miura 岡本:Okamoto 中島:Nakajima 藤原:Fujiwara 五十嵐:Igarashi 久保:Kubo",
        towns="千代田区,東京都,100-00##|大阪市,大阪府,530-00##|横浜市,神奈川県,220-00##|札幌市,北海道,060-00##|福岡市,福岡県,810-00##", streets="丸の内#-2-1|梅田#丁目3-5|中央区北1条西#|港町#番地", land="3 5550 0###|6 5550 0###|45 555 0###", mobile="90 5550 0###|80 5550 0###", legal="株式会社|K.K.|Co., Ltd.|有限会社",
        words="富士:Fuji 桜:Sakura 日の出:Hinode 青空:Aozora 北斗:Hokuto", trades="商事:Shoji 旅行:Travel 製作所:Seisakusho 電機:Denki 物産:Bussan",
    ),
    culture(
        "kr", "South Korea", "ko", "APAC", weight=2, dial="82", native=0.5,
        male="민준:Min-jun 서준:Seo-jun 영호:Young-ho 지훈:Ji-hoon 성민:Sung-min 현우:Hyun-woo 동건:Dong-gun", female="지영:Ji-young 수진:Soo-jin 민서:Min-seo 은정:Eun-jung 하윤:Ha-yoon 혜진:Hye-jin 유나:Yuna",
        surnames="김:Kim 이:Lee 박:Park 최:Choi 정:Jung 강:Kang 조:Cho 윤:Yoon 장:Jang 임:Lim 한:Han 황보:Hwangbo 남궁:Namgung 신:Shin", towns="서울,,04###|부산,,48###|인천,,22###", streets="강남대로 #|세종대로 #길 5|해운대로 #",
        land="2 555 0###|51 555 0###", mobile="10 5555 0###", legal="(주)|Co., Ltd.|주식회사", words="한빛:Hanbit 무궁화:Mugunghwa 동해:Donghae 백두:Baekdu", trades="전자:Electronics 여행:Travel 화학:Chemical 식품:Foods",
    ),
    culture(
        "vn", "Vietnam", "vi", "APAC", weight=2, dial="84",
        male="Văn_Hùng Minh_Tuấn Đức_Anh Quốc_Bảo Hoàng_Long Thành_Đạt Xuân_Phúc", female="Thị_Hương Ngọc_Lan Thùy_Dung Bích_Ngọc Phương_Thảo Mỹ_Linh Kim_Oanh",
        surnames="Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đoàn", towns="Hà Nội,,1000##|TP. Hồ Chí Minh,,7000##|Đà Nẵng,,5500##", streets="# Lê Lợi|# Nguyễn Huệ, Quận 1|Ngõ #, Phố Huế",
        land="24 5555 0###|28 5555 0###", mobile="90 555 0###|97 555 0###", legal="Co., Ltd|TNHH|JSC|Cổ phần", words="Sen_Vàng Mê_Kông Hạ_Long Rồng_Việt", trades="Du_Lịch Thương_Mại Dệt_May Công_Nghệ",
    ),
    culture(
        "th", "Thailand", "th", "APAC", weight=1, dial="66", native=0.45,
        male="สมชาย:Somchai ธนากร:Thanakorn อนุชา:Anucha กิตติ:Kitti วีระ:Weera", female="สุดารัตน์:Sudarat นภา:Napa มาลี:Malee พิมพ์ชนก:Pimchanok อรทัย:Orathai",
        surnames="ศรีสุวรรณ:Srisuwan วงศ์สวัสดิ์:Wongsawat แก้วมณี:Kaewmanee ทองดี:Thongdee รัตนพงษ์:Rattanapong จันทร์เพ็ญ:Chanpen บุญมา:Boonma ชัยวัฒน์:Chaiwat", towns="กรุงเทพฯ,,10###|เชียงใหม่,,50###|ภูเก็ต,,83###", streets="# ถนนสุขุมวิท|# ถนนนิมมาน ซอย #|#/1 ถนนราษฎร์",
        land="2 555 0###|53 555 0##", mobile="81 555 0###|89 555 0###", legal="จำกัด|Co., Ltd.|PCL", words="สยาม:Siam ช้างทอง:Changthong บัว:Bua ลานนา:Lanna", trades="ทราเวล:Travel ฟู้ด:Foods เทค:Tech การค้า:Trading",
    ),
    culture(
        "id", "Indonesia", "id", "APAC", weight=2, dial="62",
        male="Budi Agus Bambang I_Wayan Joko Rizki Muhammad_Fajar Yohanes", female="Siti Dewi Ni_Made Sri Ayu Putri Rina Nurul", surnames="Santoso Wijaya Kusuma Hidayat Siregar Nasution Tanuwijaya Suharto Pratama Setiawan Simatupang Halim",
        towns="Jakarta,DKI Jakarta,101##|Surabaya,Jawa Timur,602##|Denpasar,Bali,802##|Bandung,Jawa Barat,401##", streets="Jl. Sudirman Kav. #|Jl. Diponegoro No. #|Jl. Raya Ubud #", land="21 5555 0###|31 5555 0##", mobile="812 5555 0##|857 5555 0##", legal="PT|Tbk|CV",
        words="Garuda Nusantara Melati Krakatau", trades="Wisata Niaga Teknologi Sawit",
    ),
    culture(
        "ph", "Philippines", "fil", "APAC", weight=1, dial="63",
        male="Jose_Mari Rodrigo Jun-Jun Emmanuel Bayani Angelo", female="Maricel Luzviminda Cherry_Pie Rosario Jasmine Divina", surnames="dela_Cruz Santos Bautista Macaraeg Dimaculangan Reyes Ocampo Magsaysay Villanueva Catacutan Tan-Uy Aquino",
        towns="Makati,Metro Manila,12##|Cebu City,Cebu,60##|Davao,,80##", streets="# Ayala Ave|Unit #, Osmeña Blvd|# Rizal St, Brgy. 5", land="2 5550 0###|32 555 0##", mobile="917 555 0###|905 555 0###", legal="Inc.|Corp.|Corporation",
        words="Perlas Bayanihan Sampaguita Mayon", trades="BPO Shipping Travel Foods",
    ),
)
