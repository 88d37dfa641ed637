"""Invented names for the people of the demo. Any likeness is a coincidence."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CHILD_NAMES = _words(
    """
    Ada Adrian Aisha Alba Alejandro Amara Amir Ana Anika Arjun Asher Aurora Ayo Bastian Beatriz Ben Bianca Bodhi
    Caleb Camila Carmen Chidi Clara Cleo Cyrus Dalia Daniel Dara Deniz Diego Dmitri Eleni Elif Elio Eliza Emeka Emre
    Esme Ezra Farah Felix Femi Finn Freya Gabriel Gia Grace Gus Hana Harper Hassan Hazel Hugo Ibrahim Ida Imani Ines
    Iris Isaac Isla Ivan Jada Jae Jamal Jasper Jia Joaquin Jonah Josie Julian Juno Kai Kalani Kavya Keiko Khalil
    Kira Kofi Lars Layla Leila Leo Liam Lina Linh Lola Luca Lucia Luna Maeve Malia Malik Marco Mateo Maya Mei Mila
    Milo Mina Miriam Nadia Naomi Nia Niko Nila Noah Noor Nora Oakley Olive Omar Oscar Otis Owen Paloma Pavel Pearl
    Penny Petra Priya Quinn Rafael Ravi Remi Rhea Rio Rohan Rosa Ruben Ruth Sadie Salma Samir Santiago Sasha Selma
    Shira Silas Simone Sofia Soren Stella Suki Sunny Tadeo Talia Tariq Tess Theo Thuy Tomas Uma Vera Viktor Vivian
    Wei Willa Xavier Xiomara Yara Yasmin Yuki Yusuf Zadie Zain Zara Zoe
    """
)

ADULT_NAMES = _words(
    """
    Abena Adaeze Alan Alma Amit Andrea Anton Barbara Beth Boris Brigid Carlos Chiara Dana Darius David Deepa Dolores
    Edith Eduardo Elena Erik Esther Fatima Fernando Fiona Francois George Gloria Grzegorz Gwen Hala Helen Henrik
    Huan Ingrid Ismail Jamila Janet Javier Jin Joan Jorge Joyce Judith Karim Kate Keisha Kenji Kwame Laszlo Laura
    Leticia Lorenzo Lydia Magnus Manuel Marcus Maria Marisol Mariam Martin Mehmet Miguel Monique Nasrin Nathan Ngozi
    Nicole Nikhil Olga Olumide Pablo Patricia Paul Pedro Philippa Rachel Raj Ramon Rebecca Renee Robert Rukmini
    Samira Sandra Sergei Shanice Shauna Soo Stefan Sunita Sven Tamara Teresa Thandi Tim Trang Ursula Valentina
    Vikram Walter Wanda Yolanda Yosef Zainab Zoltan
    """
)

FAMILY_NAMES = _words(
    """
    Abara Abbott Acosta Adeyemi Aguilar Ahmadi Albrecht Almeida Amato Andersen Aoki Arce Asante Baba Bakker Banerjee
    Barrios Bashir Becker Benitez Bergstrom Bhatt Bianchi Blackwood Boateng Bondarenko Brennan Bui Caballero
    Calloway Campos Cardoso Castellano Chaudhry Chen Cho Cisneros Clearwater Cohen Contreras Cortez Crane Dang Das
    Delgado Demir Desai Diallo Dominguez Doyle Dubois Dumont Echeverria Eklund Eze Farahani Fernandes Ferrari
    Fischer Flores Fontaine Fraser Fujita Gallagher Garza Ghosh Goldberg Gomes Grant Guerrero Gupta Haddad Halvorsen
    Hamid Hansen Hashimoto Hayes Hernandez Hoang Horvat Hussain Ibarra Iyer Jacobs Jankowski Jensen Jimenez
    Johansson Kamau Kaplan Kapoor Kaya Keller Khan Kim Kowalski Kruger Kumar Kwon Lafleur Lam Larsen Laurent Le
    Lindqvist Lopez Lund Machado Maeda Malone Marchetti Marin Markovic Mbeki Medina Mehta Mendoza Meyer Mohamud
    Molina Moreau Morrison Mwangi Nakamura Navarro Nazari Ndiaye Nguyen Nowak Obi Ochoa Odhiambo Okafor Olsen Ortega
    Osei Ozturk Pacheco Pak Papadakis Park Patel Pereira Petrov Pham Pillai Popescu Quintero Rahman Ramirez Rao
    Reyes Rinaldi Rivera Romero Rosen Rossi Ruiz Saito Salazar Sandoval Santos Sato Schneider Serrano Shah Sharma
    Silva Singh Sokolov Soto Stone Suarez Suzuki Tan Tanaka Tesfaye Thao Torres Tran Tremblay Underhill Valdez
    Vargas Vasquez Vega Villa Vo Wagner Walsh Wang Weiss Whitehorse Wong Wu Yamada Yang Yazzie Yeo Yilmaz Zamora
    Zhang Zielinski Zimmer
    """
)

AREA_CODES = ("312", "773", "630", "720", "303")
SECOND_AREA_CODES = ("872", "847", "331", "970")

MEDICAL_ALERTS = (
    "Asthma: inhaler in the red pouch of the swim bag.",
    "Peanut allergy, carries two auto-injectors.",
    "Ear tubes: needs plugs and a headband in the water.",
    "Type 1 diabetes; snack is in the bag, call home under 70.",
    "Seizures: last one in spring. Keep on the pool side, call 911 after three minutes.",
    "Latex allergy.",
    "None",
    "n/a",
    "no.",
)

COMMENTS = (
    "Goes home with grandmother on odd weeks.",
    "Prefers to be called by the middle name.",
    "Please keep apart from the twins.",
    "Siblings are picked up together at the front desk.",
    "Left-handed: mirror the grip drills.",
    "Shy at first, warms up after ten minutes.",
)

NOTES = (
    "Asked about moving up a level; look again in two weeks.",
    "Family is away at the end of the month.",
    "Lost goggles are in the office.",
    "Waiver has to be signed again.",
    "Did a first handstand without help.",
)

MARK_NOTES = ("Picked up early by a parent.", "Sore shoulder, watched from the side.", "Forgot the suit.", "Great day!")

ABSENCE_COMMENTS = ("Dentist.", "Family trip.", "School concert.", "A cold.", "Visiting grandparents.", None)
